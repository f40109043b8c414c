import { Button, Group, Modal, NumberInput, Select, Stack, Switch, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconArrowLeft, IconArrowRight, IconHistory, IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useServices } from "@/api/services.tsx";
import { FormProblem } from "@/components/FormProblem.tsx";
import { formProblems } from "@/components/formProblems.ts";
import { tellProblem, tellWithUndo } from "@/components/toast.tsx";
import classes from "./GradeGrid.module.css";
import { bookChanged, type Gradebook, type GradeItem } from "./queries.ts";
import { gradeProblem } from "./words.ts";

const FIELDS = ["title", "points_max", "weight"];

/** What is set with an item: full marks, weight, category, whether it is hidden. An assignment's title and marks are its own. */
export function ItemForm(props: {
  classId: string;
  book: Gradebook;
  item: GradeItem | null;
  onHistory?: () => void;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const { classId, book, item } = props;
  const own = item?.assignment_id == null;
  const form = useForm({
    initialValues: {
      title: item?.title ?? "",
      points: (item?.points_max ?? 10) as number | string,
      category: item?.category_id ?? book.categories[0]?.id ?? null,
      weight: (item?.weight ?? "") as number | string,
      hidden: item?.hidden ?? false,
    },
    validate: {
      title: (value) => (!own || value.trim() ? null : t("fields.required")),
      points: (value) => (!own || Number(value) > 0 ? null : t("grades.pointsNeeded")),
    },
  });
  const address = "/api/classes/{class_id}/grades/items/{item_id}" as const;
  const path = { params: { path: { class_id: classId, item_id: item?.id ?? "" } } };
  const settle = { onSettled: () => bookChanged(client, classId) };
  const save = useMutation({
    mutationFn: async (values: typeof form.values) => {
      const shared = {
        category_id: values.category,
        weight: values.weight === "" ? null : Number(values.weight),
        hidden: values.hidden,
      };
      const mine = own ? { title: values.title.trim(), points_max: Number(values.points) } : {};
      if (item) await api.PATCH(address, { ...path, body: { ...shared, ...mine } });
      else {
        await api.POST("/api/classes/{class_id}/grades/items", {
          params: { path: { class_id: classId } },
          body: { ...shared, title: values.title.trim(), points_max: Number(values.points) },
        });
      }
    },
    onSuccess: props.onClose,
    ...settle,
  });
  const restore = useMutation({
    mutationFn: () => api.POST("/api/classes/{class_id}/grades/items/{item_id}/restore", path),
    ...settle,
  });
  const remove = useMutation({
    mutationFn: () => api.DELETE(address, path),
    onSuccess: () => {
      props.onClose();
      tellWithUndo({
        message: t("grades.itemRemoved", { title: item?.title ?? "" }),
        undoLabel: t("actions.undo"),
        undo: () => restore.mutate(),
      });
    },
    onError: (error) => tellProblem(t(gradeProblem(error))),
    ...settle,
  });
  const move = useMutation({
    mutationFn: (by: -1 | 1) => {
      const ids = book.items.map(({ id }) => id);
      const from = ids.indexOf(item?.id ?? "");
      const [moved] = ids.splice(from, 1);
      if (moved !== undefined) ids.splice(from + by, 0, moved);
      return api.PUT("/api/classes/{class_id}/grades/items/order", {
        params: { path: { class_id: classId } },
        body: { item_ids: ids },
      });
    },
    onError: (error) => tellProblem(t(gradeProblem(error))),
    ...settle,
  });
  const problems = save.error ? formProblems(save.error, FIELDS, t) : null;
  const at = book.items.findIndex(({ id }) => id === item?.id);
  return (
    <Modal opened onClose={props.onClose} title={item ? item.title : t("grades.addItem")} centered>
      <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
        <Stack>
          <FormProblem words={problems?.form ?? null} />
          {own ? (
            <Group grow align="flex-start">
              <TextInput
                label={t("grades.title")}
                maxLength={200}
                autoComplete="off"
                data-autofocus
                {...form.getInputProps("title")}
                error={form.errors["title"] ?? problems?.fields["title"]}
              />
              <NumberInput
                label={t("grades.pointsMax")}
                min={0}
                decimalScale={2}
                {...form.getInputProps("points")}
                error={form.errors["points"] ?? problems?.fields["points_max"]}
              />
            </Group>
          ) : (
            <Text size="sm">
              <Link
                to="/assignments/$assignmentId"
                params={{ assignmentId: item.assignment_id ?? "" }}
                search={{}}
              >
                {t("grades.toAssignment")}
              </Link>
            </Text>
          )}
          <Group grow align="flex-start">
            <Select
              label={t("grades.category")}
              placeholder={t("grades.noCategory")}
              clearable
              disabled={book.categories.length === 0}
              data={book.categories.map(({ id, title }) => ({ value: id, label: title }))}
              {...form.getInputProps("category")}
            />
            <NumberInput
              label={t("grades.weight")}
              placeholder={t("grades.weightPlaceholder")}
              min={0}
              decimalScale={3}
              {...form.getInputProps("weight")}
              error={problems?.fields["weight"]}
            />
          </Group>
          <Switch
            label={t("grades.hide")}
            description={t("grades.hideAbout")}
            {...form.getInputProps("hidden", { type: "checkbox" })}
          />
          {item && (
            <Group gap="xs">
              <Button
                variant="default"
                leftSection={<IconArrowLeft size={16} className={classes["mirrored"]} />}
                disabled={at <= 0}
                onClick={() => move.mutate(-1)}
              >
                {t("grades.moveBack")}
              </Button>
              <Button
                variant="default"
                rightSection={<IconArrowRight size={16} className={classes["mirrored"]} />}
                disabled={at >= book.items.length - 1}
                onClick={() => move.mutate(1)}
              >
                {t("grades.moveOn")}
              </Button>
              <Button variant="default" leftSection={<IconHistory size={16} />} onClick={props.onHistory}>
                {t("grades.changes")}
              </Button>
              {own && (
                <Button
                  variant="subtle"
                  color="red"
                  leftSection={<IconTrash size={16} />}
                  onClick={() => remove.mutate()}
                >
                  {t("grades.remove")}
                </Button>
              )}
            </Group>
          )}
          <Group justify="flex-end">
            <Button variant="subtle" color="gray" h={44} onClick={props.onClose}>
              {t("actions.cancel")}
            </Button>
            <Button type="submit" h={44} loading={save.isPending}>
              {t("actions.save")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
