import { Button, Group, Modal, NumberInput, Radio, Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { classesQuery } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import { FormProblem } from "@/components/FormProblem.tsx";
import { formProblems } from "@/components/formProblems.ts";
import { courseChanged, type CourseClass, type CourseDetail, type Enrolment } from "./queries.ts";

const WAYS = ["open", "code", "closed"] as const satisfies readonly Enrolment[];
const SEATS_MAX = 10_000;
const FIELDS = ["title", "seats"];

/** Give a course a class, new or one that is there, or say how one gets into one of its classes. */
export function ClassPlace(props: {
  opened: boolean;
  onClose: () => void;
  course: CourseDetail;
  each?: CourseClass;
}) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const { course, each } = props;
  const classes = useQuery({ ...classesQuery(api), enabled: props.opened && !each });
  const free = (classes.data ?? []).filter((room) => room.role === "teacher" && room.course === null);
  const form = useForm<{
    classId: string | null;
    title: string;
    enrolment: Enrolment;
    seats: number | string;
  }>({
    initialValues: { classId: null, title: "", enrolment: "open", seats: "" },
    validate: {
      title: (title, values) =>
        each || values.classId !== null || title.trim() ? null : t("fields.required"),
    },
  });
  const save = useMutation({
    mutationFn: ({ classId, title, enrolment, seats }: typeof form.values) => {
      const place = { enrolment, seats: seats === "" ? null : Number(seats) };
      const known = each?.id ?? classId;
      return body(
        known === null
          ? api.POST("/api/courses/{course_id}/classes", {
              params: { path: { course_id: course.id } },
              body: { title: title.trim(), ...place },
            })
          : api.PUT("/api/courses/{course_id}/classes/{class_id}", {
              params: { path: { course_id: course.id, class_id: known } },
              body: place,
            }),
      );
    },
    onSuccess: async (changed) => {
      props.onClose();
      await courseChanged(client, changed);
    },
    onError: (error) => form.setErrors(formProblems(error, FIELDS, t).fields),
  });
  useEffect(() => {
    if (!props.opened) return;
    form.setValues({
      classId: null,
      title: "",
      enrolment: each?.enrolment ?? "open",
      seats: each?.seats ?? "",
    });
    form.clearErrors();
    save.reset();
    // Only when the dialogue opens: what is typed later is the person's.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [props.opened]);
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={each ? t("courses.placeOf", { title: each.title }) : t("courses.addClass")}
      centered
    >
      <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
        <Stack>
          <FormProblem words={save.error ? formProblems(save.error, FIELDS, t).form : null} />
          {!each && free.length > 0 && (
            <Select
              label={t("courses.whichClass")}
              size="md"
              placeholder={t("courses.newClass")}
              clearable
              searchable
              data={free.map((room) => ({ value: room.id, label: room.title }))}
              {...form.getInputProps("classId")}
            />
          )}
          {!each && form.values.classId === null && (
            <TextInput
              data-autofocus
              label={t("fields.classTitle")}
              placeholder={t("fields.classTitleExample")}
              size="md"
              maxLength={200}
              autoComplete="off"
              {...form.getInputProps("title")}
            />
          )}
          <Radio.Group label={t("courses.enrolmentTitle")} {...form.getInputProps("enrolment")}>
            <Stack gap="sm" mt="xs">
              {WAYS.map((way) => (
                <Radio
                  key={way}
                  value={way}
                  label={t(`courses.enrolment.${way}`)}
                  description={t(`courses.enrolmentAbout.${way}`)}
                />
              ))}
            </Stack>
          </Radio.Group>
          <NumberInput
            label={t("courses.seats")}
            description={t("courses.seatsAbout")}
            size="md"
            min={1}
            max={SEATS_MAX}
            allowDecimal={false}
            {...form.getInputProps("seats")}
          />
          <Group justify="flex-end">
            <Button variant="subtle" color="gray" onClick={props.onClose}>
              {t("actions.cancel")}
            </Button>
            <Button type="submit" loading={save.isPending}>
              {t(each ? "actions.save" : "courses.addClass")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
