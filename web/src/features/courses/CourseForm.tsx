import { Autocomplete, Button, Group, Modal, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { useServices } from "@/api/services.tsx";
import { FormProblem } from "@/components/FormProblem.tsx";
import { formProblems } from "@/components/formProblems.ts";
import { categoriesQuery, courseChanged, type CourseDetail } from "./queries.ts";

const FIELDS = ["title", "category", "description"];

/** Make a course, or change what it says about itself. */
export function CourseForm(props: { opened: boolean; onClose: () => void; course?: CourseDetail }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { course } = props;
  const categories = useQuery({ ...categoriesQuery(api), enabled: props.opened });
  const form = useForm({
    initialValues: { title: "", category: "", description: "" },
    validate: {
      title: (value) => (value.trim() ? null : t("fields.required")),
      category: (value) => (value.trim() ? null : t("fields.required")),
    },
  });
  const save = useMutation({
    mutationFn: (values: typeof form.values) => {
      const said = {
        title: values.title.trim(),
        category: values.category.trim(),
        description: values.description,
      };
      return body(
        course
          ? api.PATCH("/api/courses/{course_id}", { params: { path: { course_id: course.id } }, body: said })
          : api.POST("/api/courses", { body: said }),
      );
    },
    onSuccess: async (saved) => {
      await courseChanged(client, saved);
      props.onClose();
      if (!course) await navigate({ to: "/courses/$courseId", params: { courseId: saved.id } });
    },
    onError: (error) => form.setErrors(formProblems(error, FIELDS, t).fields),
  });
  useEffect(() => {
    if (!props.opened) return;
    form.setValues({
      title: course?.title ?? "",
      category: course?.category ?? "",
      description: course?.description ?? "",
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
      title={t(course ? "courses.edit" : "courses.new")}
      size="lg"
      centered
    >
      <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
        <Stack>
          <FormProblem words={save.error ? formProblems(save.error, FIELDS, t).form : null} />
          <TextInput
            data-autofocus
            label={t("courses.courseTitle")}
            size="md"
            maxLength={200}
            autoComplete="off"
            {...form.getInputProps("title")}
          />
          <Autocomplete
            label={t("courses.category")}
            description={t("courses.categoryAbout")}
            size="md"
            maxLength={60}
            data={categories.data?.map(({ category }) => category) ?? []}
            {...form.getInputProps("category")}
          />
          <Textarea
            label={t("courses.description")}
            description={t("courses.descriptionAbout")}
            size="md"
            autosize
            minRows={4}
            maxRows={14}
            maxLength={5000}
            {...form.getInputProps("description")}
          />
          <Group justify="flex-end">
            <Button variant="subtle" color="gray" onClick={props.onClose}>
              {t("actions.cancel")}
            </Button>
            <Button type="submit" loading={save.isPending}>
              {t(course ? "actions.save" : "courses.create")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
