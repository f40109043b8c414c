import { Button, Group, Modal, NumberInput, Radio, Stack, Switch, Text, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useServices } from "@/api/services.tsx";
import { FormProblem } from "@/components/FormProblem.tsx";
import { formProblems } from "@/components/formProblems.ts";
import type { BoardCell, BoardColumn, BoardPerson } from "./core/board.ts";
import type { BoardStore } from "./core/boardStore.ts";
import { StateMark } from "./StateMark.tsx";
import { useCell } from "./useBoardStore.ts";

const SETTABLE = ["none", "opened", "working", "handed_in", "graded"] as const;
const REMARK_MAX_CHARS = 2000;

/** One student's work on one activity: set by hand how far it is, and write a remark. */
export function CellPanel(props: {
  classId: string;
  store: BoardStore;
  person: BoardPerson;
  column: BoardColumn;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const cell = useCell(props.store, props.person.id, props.column.id);
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={t("progress.cellTitle", { name: props.person.name, title: props.column.title })}
      centered
    >
      <CellForm {...props} cell={cell} />
    </Modal>
  );
}

function CellForm(props: {
  classId: string;
  person: BoardPerson;
  column: BoardColumn;
  cell: BoardCell;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { api } = useServices();
  const { cell } = props;
  // What was there when the dialogue opened. What one does not touch stays as it is, whoever moves it meanwhile.
  const [opened] = useState(cell);
  const [state, setState] = useState<(typeof SETTABLE)[number] | null>(
    opened.state === "stuck" ? null : opened.state,
  );
  const [score, setScore] = useState<number | string>(opened.score ?? "");
  const [stuck, setStuck] = useState(opened.state === "stuck");
  const [remark, setRemark] = useState(opened.remark ?? "");
  const path = {
    params: { path: { class_id: props.classId, user_id: props.person.id, column_id: props.column.id } },
  };
  const save = useMutation({
    mutationFn: async () => {
      const points = state === "graded" && typeof score === "number" ? score : null;
      const moves = state !== null && (state !== opened.state || points !== opened.score);
      if (moves) {
        await api.PUT("/api/classes/{class_id}/progress/cells/{user_id}/{column_id}", {
          ...path,
          body: { state: state === "none" ? null : state, score: points },
        });
      }
      // Setting a state ends being stuck; whoever leaves the switch on means it.
      if (stuck !== (opened.state === "stuck" && !moves)) {
        await api.PUT("/api/classes/{class_id}/progress/cells/{user_id}/{column_id}/stuck", {
          ...path,
          body: { stuck },
        });
      }
      const text = remark.trim();
      if (text !== (opened.remark ?? "")) {
        const address = "/api/classes/{class_id}/progress/marks/{user_id}/{column_id}" as const;
        await (text ? api.PUT(address, { ...path, body: { remark: text } }) : api.DELETE(address, path));
      }
    },
    onSuccess: props.onClose,
  });
  const problem = save.error ? formProblems(save.error, ["score", "remark"], t) : null;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack>
        <FormProblem words={problem?.form ?? null} />
        <Group gap="xs">
          <Text size="sm" c="dimmed">
            {t("progress.now")}
          </Text>
          <StateMark state={cell.state} score={cell.score} />
        </Group>
        <Radio.Group
          label={t("progress.setState")}
          value={state}
          onChange={(value) => setState(SETTABLE.find((each) => each === value) ?? null)}
        >
          <Stack gap={4} mt={6}>
            {SETTABLE.map((each) => (
              <Radio key={each} value={each} label={t(`progress.states.${each}`)} py={4} />
            ))}
          </Stack>
        </Radio.Group>
        {state === "graded" && (
          <NumberInput
            label={t("progress.score")}
            description={t("progress.scoreAbout")}
            value={score}
            onChange={setScore}
            decimalScale={2}
            error={problem?.fields["score"]}
          />
        )}
        <Switch
          label={t("progress.isStuck")}
          checked={stuck}
          onChange={(event) => setStuck(event.currentTarget.checked)}
        />
        <Textarea
          label={t("progress.remark")}
          description={t("progress.remarkAbout")}
          value={remark}
          onChange={(event) => setRemark(event.currentTarget.value)}
          maxLength={REMARK_MAX_CHARS}
          autosize
          minRows={2}
          maxRows={8}
          error={problem?.fields["remark"]}
        />
        <Group justify="flex-end">
          <Button variant="subtle" color="gray" onClick={props.onClose}>
            {t("actions.cancel")}
          </Button>
          <Button type="submit" loading={save.isPending}>
            {t("actions.save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
