import { Button, Group, Stack, Title } from "@mantine/core";
import { IconSchool } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Problem, Unreachable } from "@/api/problem.ts";
import type { SaveState } from "@/collab/saveState.ts";
import { CopyField } from "@/components/CopyField.tsx";
import { EmptyState } from "@/components/EmptyState.tsx";
import { ErrorState } from "@/components/ErrorState.tsx";
import { FilePicker } from "@/components/FilePicker.tsx";

import { FormProblem } from "@/components/FormProblem.tsx";
import { Page } from "@/components/Page.tsx";
import { PersonAvatar, PersonChip } from "@/components/PersonAvatar.tsx";
import { RowsLoading } from "@/components/RowsLoading.tsx";
import { SaveBadge } from "@/components/SaveBadge.tsx";
import { tell, tellProblem, tellWithUndo } from "@/components/toast.tsx";
import type { FileUpload } from "@/components/uploadQueue.ts";

const STATES: readonly SaveState[] = [
  { kind: "connecting" },
  { kind: "saved" },
  { kind: "saving", changes: 1 },
  { kind: "offline", changes: 0 },
  { kind: "offline", changes: 3 },
  { kind: "readOnly" },
  { kind: "refused" },
  { kind: "signedOut" },
  { kind: "ended" },
  { kind: "gone" },
];

const PEOPLE = [
  { name: "Ada Lovelace", color: "#0072b2" },
  { name: "Zoë", color: "#e69f00" },
  { name: "Jean-Baptiste Fourier", color: "#009e73" },
];

const FILE = new File([new Uint8Array(2_400_000)], "Arbeitsblatt 3 – Wasserkreislauf.pdf");
const UPLOADS: readonly FileUpload[] = [
  { id: 1, file: FILE, share: 0.4, state: "sending" },
  { id: 2, file: FILE, share: 0, state: "waiting" },
  { id: 3, file: FILE, share: 0, state: "failed", error: new Problem(413, "person_files_full") },
  { id: 4, file: FILE, share: 0.7, state: "failed", error: new Unreachable() },
];

/** Development only: every shared component in each of its states. */
export function ComponentsPage() {
  const nothing = () => undefined;
  return (
    <Page title="Components" action={<Button>Primary</Button>}>
      <Stack gap="xl">
        <Part name="SaveBadge">
          <Group>
            {STATES.map((state, at) => (
              <SaveBadge key={at} state={state} />
            ))}
          </Group>
        </Part>
        <Part name="Person">
          <Group gap="xl">
            {PEOPLE.map((person) => (
              <PersonAvatar key={person.name} person={person} />
            ))}
            {PEOPLE.map((person) => (
              <PersonChip key={person.name} person={person} detail="detail" />
            ))}
          </Group>
        </Part>
        <Part name="CopyField">
          <Group gap="xl">
            <CopyField label="Code" value="ABCD-EFGH" large />
            <CopyField label="Link" value="https://school.example/join/ABCD-EFGH" />
          </Group>
        </Part>
        <Part name="Toasts">
          <Group>
            <Button variant="default" onClick={() => tell("Done.")}>
              tell
            </Button>
            <Button variant="default" onClick={() => tellProblem("It did not work.", "Title")}>
              tellProblem
            </Button>
            <Button
              variant="default"
              onClick={() => tellWithUndo({ message: "Deleted.", undoLabel: "Undo", undo: nothing })}
            >
              tellWithUndo
            </Button>
          </Group>
        </Part>
        <Part name="FilePicker">
          <Stack>
            {[[], UPLOADS].map((uploads, at) => (
              <FilePicker
                key={at}
                label="Add files"
                limit={256 * 1024 * 1024}
                uploads={{ uploads, add: nothing, stop: nothing, again: nothing }}
              />
            ))}
          </Stack>
        </Part>
        <Part name="FormProblem">
          <FormProblem words="What keeps the form from being accepted." />
        </Part>
        <Part name="RowsLoading">
          <RowsLoading />
        </Part>
        <Part name="EmptyState">
          <EmptyState icon={<IconSchool size={28} />} title="Nothing yet" action={<Button>Next step</Button>}>
            What to do next.
          </EmptyState>
        </Part>
        <Part name="ErrorState">
          <ErrorState error={new Problem(404, "not_found")} retry={nothing} />
          <ErrorState error={new Unreachable()} retry={nothing} />
        </Part>
      </Stack>
    </Page>
  );
}

function Part({ name, children }: { name: string; children: ReactNode }) {
  return (
    <section>
      <Title order={2} size="h5" mb="sm">
        {name}
      </Title>
      {children}
    </section>
  );
}
