import {
  Alert,
  Button,
  Checkbox,
  Group,
  Modal,
  NumberInput,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconInfoCircle } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { Problem } from "@/api/problem.ts";
import { useServices } from "@/api/services.tsx";
import { FormProblem } from "@/components/FormProblem.tsx";
import { formProblems } from "@/components/formProblems.ts";
import { tell } from "@/components/toast.tsx";
import type { PollType } from "./core/pollDocument.ts";
import { correctOf, EMPTY, LISTED, lines, pollChanges, valuesOf, type PollValues } from "./core/pollForm.ts";
import { optionsProblem } from "./core/pollOptions.ts";
import { PollInTheMaking, type PollMaking } from "./core/pollMaking.ts";
import { optionsWords, pollWords } from "./problems.ts";
import type { Poll } from "./queries.ts";

const TYPES: readonly PollType[] = [
  "single",
  "multiple",
  "yes_no",
  "scale",
  "ranking",
  "word_cloud",
  "open_text",
  "q_and_a",
  "scored",
];
const TIMERS = [30, 60, 120, 300] as const;
/** A prepared poll that somebody else has opened, or deleted, is changed no more. */
const TOO_LATE = ["poll_already_opened", "not_found"];
const FIELDS = ["question", "options", "correct", "scale", "high_label", "low_label"];

/** Ask something in ten seconds: the question, a line for each option, go. Or change what is prepared. */
export function PollForm(props: {
  opened: boolean;
  onClose: () => void;
  classId: string;
  /** The poll to be changed; none: a new one. Mount the form anew for another. */
  poll?: Poll;
  /** Whether it is known to be too late to change the poll. What is in the form can then be kept as a new one. */
  tooLate?: boolean;
  onMade: (poll: Poll, opened: boolean) => Promise<unknown>;
}) {
  const { t } = useTranslation();
  const { api } = useServices();
  const form = useForm<PollValues>({
    initialValues: props.poll ? valuesOf(props.poll) : EMPTY,
    validate: {
      question: (value) => (value.trim() ? null : t("fields.required")),
      options: (value, { type }) => optionsWords(optionsProblem(value, type), t),
      correct: (_, values) =>
        values.type === "scored" && correctOf(values).length === 0 ? t("polls.oneCorrect") : null,
      high: (value, { type, low }) => (type === "scale" && !(low < value) ? t("polls.scaleUp") : null),
    },
  });
  const { type, options } = form.values;
  const [making] = useState(() => new PollInTheMaking());
  const server: PollMaking = {
    make: (poll) =>
      body(
        api.POST("/api/classes/{class_id}/polls", {
          params: { path: { class_id: props.classId } },
          body: poll,
        }),
      ),
    change: ({ id }, changes) =>
      body(api.PATCH("/api/polls/{poll_id}", { params: { path: { poll_id: id } }, body: changes })),
    open: ({ id }) => api.POST("/api/polls/{poll_id}/open", { params: { path: { poll_id: id } } }),
    isTooLate: (error) => error instanceof Problem && TOO_LATE.includes(error.code),
  };
  const save = useMutation({
    mutationFn: async ({ values, now, poll }: { values: PollValues; now: boolean; poll?: Poll }) => {
      const made = poll
        ? await server.change(poll, pollChanges(values, poll))
        : await making.save(values, now, server);
      if (poll && now) await server.open(poll);
      if (!now) tell(t(poll ? "polls.changed" : "polls.kept"));
      await props.onMade(made, now);
    },
    onSuccess: () => {
      form.reset();
      props.onClose();
    },
    onError: (error) => form.setErrors(formProblems(error, FIELDS, t).fields),
  });
  const refusal = save.error instanceof Problem ? save.error.code : "";
  // While it is saved it may be this form that opens it.
  const tooLate =
    props.poll !== undefined && !save.isPending && (props.tooLate === true || TOO_LATE.includes(refusal));
  const poll = tooLate ? undefined : props.poll;
  const submit = (now: boolean) =>
    form.onSubmit((values) => save.mutate({ values, now, ...(poll ? { poll } : {}) }));
  const problem =
    save.error && !TOO_LATE.includes(refusal) && formProblems(save.error, FIELDS, t).form !== null
      ? t(pollWords(save.error))
      : null;
  const seconds = [...new Set([...TIMERS, ...(poll?.seconds ? [poll.seconds] : [])])].sort((a, b) => a - b);
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={t(props.poll ? "polls.edit" : "polls.new")}
      centered
      size="lg"
    >
      <form onSubmit={submit(!tooLate)}>
        <Stack>
          {tooLate && (
            <Alert color="yellow" variant="light" icon={<IconInfoCircle size={20} />} role="alert">
              {t("polls.tooLateToChange")}
            </Alert>
          )}
          <FormProblem words={problem} />
          <TextInput
            data-autofocus
            label={t("polls.question")}
            maxLength={500}
            size="md"
            autoComplete="off"
            {...form.getInputProps("question")}
          />
          <Select
            label={t("polls.typeLabel")}
            data={TYPES.map((each) => ({ value: each, label: t(`polls.type.${each}`) }))}
            allowDeselect={false}
            size="md"
            maxDropdownHeight="60vh"
            {...form.getInputProps("type")}
          />
          {LISTED.includes(type) && (
            <Textarea
              label={t("polls.options")}
              description={t("polls.optionsAbout")}
              autosize
              minRows={3}
              size="md"
              {...form.getInputProps("options")}
            />
          )}
          {type === "scored" && lines(options).length > 0 && (
            <Checkbox.Group
              label={t("polls.correctLabel")}
              value={[...form.values.correct]}
              onChange={(value) => form.setFieldValue("correct", value)}
              error={form.errors["correct"]}
            >
              <Stack gap={6} mt={6}>
                {lines(options).map((line, index) => (
                  <Checkbox key={`${index} ${line}`} value={String(index)} label={line} />
                ))}
              </Stack>
            </Checkbox.Group>
          )}
          {type === "scored" && (
            <NumberInput
              label={t("polls.pointsLabel")}
              min={1}
              max={1000}
              maw={160}
              {...form.getInputProps("points")}
            />
          )}
          {type === "scale" && (
            <SimpleGrid cols={{ base: 2, xs: 4 }}>
              <NumberInput
                label={t("polls.low")}
                min={0}
                max={9}
                allowDecimal={false}
                {...form.getInputProps("low")}
              />
              <NumberInput
                label={t("polls.high")}
                min={1}
                max={10}
                allowDecimal={false}
                {...form.getInputProps("high")}
              />
              <TextInput label={t("polls.lowLabel")} maxLength={60} {...form.getInputProps("lowLabel")} />
              <TextInput label={t("polls.highLabel")} maxLength={60} {...form.getInputProps("highLabel")} />
            </SimpleGrid>
          )}
          <Switch label={t("polls.hideUntilShown")} {...form.getInputProps("hidden", { type: "checkbox" })} />
          <Switch
            label={t("polls.anonymousLabel")}
            description={t("polls.anonymousAbout")}
            {...form.getInputProps("anonymous", { type: "checkbox" })}
          />
          <Select
            label={t("polls.timer")}
            placeholder={t("polls.noTimer")}
            clearable
            data={seconds.map((count) => ({
              value: String(count),
              label:
                count < 60 || count % 60 > 0
                  ? t("polls.seconds", { count })
                  : t("polls.minutes", { count: count / 60 }),
            }))}
            {...form.getInputProps("seconds")}
          />
          {!props.poll && (
            <Text size="sm" c="dimmed">
              {t("polls.laterAbout")}
            </Text>
          )}
          <Group justify="flex-end">
            {!tooLate && (
              <Button variant="default" h={44} loading={save.isPending} onClick={() => submit(false)()}>
                {t(poll ? "actions.save" : "polls.keep")}
              </Button>
            )}
            <Button type="submit" h={44} loading={save.isPending}>
              {t(tooLate ? "polls.keepAsNew" : "polls.openNow")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
