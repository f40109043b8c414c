import { Alert, Button, FileButton, List, Modal, ScrollArea, Stack, Table, Text } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconDownload, IconUpload } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { wordsFor } from "@/api/problem.ts";
import { useServices } from "@/api/services.tsx";
import type { ClassRoom } from "@/api/types.ts";
import { DialogActions } from "@/components/DialogActions.tsx";
import { downloadBlob } from "@/components/download.ts";
import { FormProblem } from "@/components/FormProblem.tsx";
import { linksAsCsv } from "./linksAsCsv.ts";
import type { RosterReport } from "./queries.ts";

/** More rows are counted, not drawn. */
const MOST_ROWS = 200;

/** Bring a list into a class: choose a file, see what would become of each row, carry it out. */
export function ImportList(props: { room: ClassRoom; opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const { fetch } = useServices();
  const client = useQueryClient();
  const { room } = props;
  const [file, setFile] = useState<File | null>(null);
  const send = async (list: File, preview: boolean): Promise<RosterReport> => {
    const address = `/api/classes/${room.id}/members/import${preview ? "?preview=true" : ""}`;
    const answer = await fetch(
      new Request(new URL(address, location.origin), {
        method: "POST",
        headers: { "Content-Type": "text/csv" },
        // Bytes, not text: which encoding it is, is for the server to find out.
        body: await list.arrayBuffer(),
      }),
    );
    return (await answer.json()) as RosterReport;
  };
  const preview = useMutation({ mutationFn: (list: File) => send(list, true) });
  const carryOut = useMutation({
    mutationFn: (list: File) => send(list, false),
    onSuccess: () => client.invalidateQueries({ queryKey: ["classes"] }),
  });
  const choose = (chosen: File | null) => {
    if (!chosen) return;
    setFile(chosen);
    carryOut.reset();
    preview.mutate(chosen);
  };
  const close = () => {
    props.onClose();
    setFile(null);
    preview.reset();
    carryOut.reset();
  };
  const report = carryOut.data ?? preview.data;
  const error = carryOut.error ?? preview.error;
  const good = report ? report.added + report.invited : 0;
  return (
    <Modal opened={props.opened} onClose={close} title={t("roster.fromList")} size="lg" centered>
      <Stack>
        {!report && (
          <>
            <Text>{t("roster.listAbout")}</Text>
            <List size="sm" c="dimmed">
              <List.Item>{t("roster.listColumns")}</List.Item>
              <List.Item>{t("roster.listKinds")}</List.Item>
            </List>
          </>
        )}
        <FormProblem words={error ? t(wordsFor(error)) : null} />
        {report && <Report report={report} fileName={file?.name ?? ""} />}
        <DialogActions>
          {report?.carried_out ? (
            <>
              {report.invitations.length > 0 && (
                <Button
                  variant="default"
                  h={44}
                  leftSection={<IconDownload size={18} />}
                  onClick={() =>
                    downloadBlob(
                      new Blob(
                        [
                          linksAsCsv(report.invitations, [
                            t("fields.email"),
                            t("roster.name"),
                            t("roster.link"),
                          ]),
                        ],
                        {
                          type: "text/csv;charset=utf-8",
                        },
                      ),
                      `${t("roster.linksFile", { title: room.title })}.csv`,
                    )
                  }
                >
                  {t("roster.downloadLinks")}
                </Button>
              )}
              <Button h={44} onClick={close}>
                {t("actions.close")}
              </Button>
            </>
          ) : (
            <>
              <FileButton onChange={choose} accept=".csv,.txt,.tsv,text/csv,text/plain">
                {(button) => (
                  <Button
                    {...button}
                    h={44}
                    variant={report ? "default" : "filled"}
                    loading={preview.isPending}
                    leftSection={<IconUpload size={18} />}
                  >
                    {t(report || error ? "roster.chooseOther" : "roster.choose")}
                  </Button>
                )}
              </FileButton>
              {report && file && (
                <Button
                  h={44}
                  disabled={good === 0}
                  loading={carryOut.isPending}
                  onClick={() => carryOut.mutate(file)}
                >
                  {t("roster.carryOut", { count: good })}
                </Button>
              )}
            </>
          )}
        </DialogActions>
      </Stack>
    </Modal>
  );
}

function Report({ report, fileName }: { report: RosterReport; fileName: string }) {
  const { t } = useTranslation();
  const counts = [
    [report.carried_out ? "roster.countAdded" : "roster.countAdd", report.added],
    [report.carried_out ? "roster.countInvited" : "roster.countInvite", report.invited],
    ["roster.countAlready", report.already_in],
  ] as const;
  return (
    <Stack gap="sm" role="status">
      {!report.carried_out && (
        <Text size="sm" c="dimmed">
          {t("roster.read", { name: fileName, encoding: report.encoding.toUpperCase() })}
        </Text>
      )}
      <Alert
        variant="light"
        color={report.carried_out ? "pine" : "gray"}
        icon={report.carried_out ? <IconCheck size={20} /> : undefined}
        title={t(report.carried_out ? "roster.done" : "roster.preview")}
      >
        <List size="sm">
          {counts
            .filter(([, count]) => count > 0)
            .map(([words, count]) => (
              <List.Item key={words}>{t(words, { count })}</List.Item>
            ))}
          {report.faults.length > 0 && (
            <List.Item>{t("roster.countFaults", { count: report.faults.length })}</List.Item>
          )}
        </List>
        {report.carried_out && report.invitations.length > 0 && (
          <Text size="sm" mt="xs">
            {t("roster.linkOnce")}
          </Text>
        )}
      </Alert>
      {report.faults.length > 0 && <Faults report={report} />}
      {!report.carried_out && report.people.length > 0 && (
        <ScrollArea.Autosize mah={280} type="auto" tabIndex={0}>
          <Table stickyHeader verticalSpacing={6}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("roster.line")}</Table.Th>
                <Table.Th>{t("roster.person")}</Table.Th>
                <Table.Th>{t("roster.becomes")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {report.people.slice(0, MOST_ROWS).map((each) => (
                <Table.Tr key={each.line}>
                  <Table.Td>{each.line}</Table.Td>
                  <Table.Td style={{ overflowWrap: "anywhere" }}>
                    {each.name ?? each.email}
                    {each.name && (
                      <Text size="xs" c="dimmed">
                        {each.email}
                      </Text>
                    )}
                  </Table.Td>
                  <Table.Td>{t(`roster.outcome.${each.outcome}`)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ScrollArea.Autosize>
      )}
    </Stack>
  );
}

function Faults({ report }: { report: RosterReport }) {
  const { t } = useTranslation();
  return (
    <Alert
      variant="light"
      color="orange"
      icon={<IconAlertTriangle size={20} />}
      title={t("roster.faultsTitle", { count: report.faults.length })}
    >
      <ScrollArea.Autosize mah={220} type="auto" tabIndex={0}>
        <List size="sm" spacing={4}>
          {report.faults.slice(0, MOST_ROWS).map((each) => (
            <List.Item key={each.line} style={{ overflowWrap: "anywhere" }}>
              {t("roster.faultAt", {
                line: each.line,
                why: t(`roster.fault.${each.fault}`, { line: each.first_line ?? "" }),
              })}
              {each.text && (
                <Text span size="sm" c="dimmed">
                  {" "}
                  <bdi>{each.text}</bdi>
                </Text>
              )}
            </List.Item>
          ))}
        </List>
      </ScrollArea.Autosize>
      {report.faults.length > MOST_ROWS && (
        <Text size="sm" mt="xs">
          {t("roster.moreFaults", { count: report.faults.length - MOST_ROWS })}
        </Text>
      )}
    </Alert>
  );
}
