import { ActionIcon, Button, Group, Modal, NumberInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useServices } from "@/api/services.tsx";
import { FormProblem } from "@/components/FormProblem.tsx";
import { bookChanged, type Gradebook } from "./queries.ts";
import { gradeProblem } from "./words.ts";

interface CategoryRow {
  readonly key: string;
  readonly id: string | null;
  readonly title: string;
  readonly weight: number;
  readonly drop_lowest: number;
}

interface LetterRow {
  readonly key: string;
  readonly label: string;
  readonly from_percent: number;
}

let keys = 0;
const newKey = () => `new-${(keys += 1)}`;

/** How the total is put together: categories with their weights, what is dropped, letters. */
export function SchemeForm(props: { classId: string; book: Gradebook; onClose: () => void }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const { book } = props;
  const [version] = useState(book.version);
  const [categories, setCategories] = useState<CategoryRow[]>(() =>
    book.categories.map((each) => ({ key: each.id, ...each })),
  );
  const [letters, setLetters] = useState<LetterRow[]>(() =>
    book.letters.map((each) => ({ key: each.label, ...each })),
  );
  const save = useMutation({
    mutationFn: () =>
      api.PUT("/api/classes/{class_id}/grades/scheme", {
        params: { path: { class_id: props.classId } },
        body: {
          version,
          categories: categories.map(({ id, title, weight, drop_lowest }) => ({
            id,
            title: title.trim(),
            weight,
            drop_lowest,
          })),
          letters: letters.map(({ label, from_percent }) => ({ label: label.trim(), from_percent })),
        },
      }),
    onSuccess: props.onClose,
    onSettled: () => bookChanged(client, props.classId),
  });
  const category = (key: string, values: Partial<CategoryRow>) =>
    setCategories(categories.map((each) => (each.key === key ? { ...each, ...values } : each)));
  const letter = (key: string, values: Partial<LetterRow>) =>
    setLetters(letters.map((each) => (each.key === key ? { ...each, ...values } : each)));
  const incomplete = [...categories.map(({ title }) => title), ...letters.map(({ label }) => label)].some(
    (words) => !words.trim(),
  );
  return (
    <Modal opened onClose={props.onClose} title={t("grades.scheme")} size="lg" centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack>
          <FormProblem words={save.error ? t(gradeProblem(save.error)) : null} />
          <section>
            <Title order={3} size="h5">
              {t("grades.categories")}
            </Title>
            <Text size="sm" c="dimmed" mb="xs">
              {t("grades.categoriesAbout")}
            </Text>
            <Stack gap={6}>
              {categories.map((each, index) => (
                <Group key={each.key} gap={6} align="flex-end">
                  <TextInput
                    label={index === 0 ? t("grades.title") : undefined}
                    aria-label={t("grades.title")}
                    maxLength={200}
                    style={{ flex: "1 1 200px" }}
                    value={each.title}
                    onChange={(event) => category(each.key, { title: event.currentTarget.value })}
                  />
                  <NumberInput
                    label={index === 0 ? t("grades.weight") : undefined}
                    aria-label={t("grades.weight")}
                    min={0}
                    decimalScale={3}
                    w={92}
                    value={each.weight}
                    onChange={(weight) => category(each.key, { weight: Number(weight) })}
                  />
                  <NumberInput
                    label={index === 0 ? t("grades.dropLowest") : undefined}
                    aria-label={t("grades.dropLowest")}
                    min={0}
                    max={300}
                    allowDecimal={false}
                    w={112}
                    value={each.drop_lowest}
                    onChange={(lowest) => category(each.key, { drop_lowest: Number(lowest) })}
                  />
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    size={36}
                    aria-label={t("grades.removeNamed", { title: each.title })}
                    onClick={() => setCategories(categories.filter(({ key }) => key !== each.key))}
                  >
                    <IconTrash size={18} />
                  </ActionIcon>
                </Group>
              ))}
              <Group>
                <Button
                  variant="subtle"
                  size="compact-md"
                  leftSection={<IconPlus size={16} />}
                  onClick={() =>
                    setCategories([
                      ...categories,
                      { key: newKey(), id: null, title: "", weight: 1, drop_lowest: 0 },
                    ])
                  }
                >
                  {t("grades.addCategory")}
                </Button>
              </Group>
            </Stack>
          </section>
          <section>
            <Title order={3} size="h5">
              {t("grades.letters")}
            </Title>
            <Text size="sm" c="dimmed" mb="xs">
              {t("grades.lettersAbout")}
            </Text>
            <Stack gap={6}>
              {letters.map((each) => (
                <Group key={each.key} gap={6} wrap="nowrap">
                  <TextInput
                    aria-label={t("grades.letter")}
                    maxLength={200}
                    style={{ flex: 1 }}
                    value={each.label}
                    onChange={(event) => letter(each.key, { label: event.currentTarget.value })}
                  />
                  <NumberInput
                    aria-label={t("grades.fromPercent")}
                    min={0}
                    max={100}
                    decimalScale={2}
                    prefix={`${t("grades.from")} `}
                    suffix=" %"
                    w={150}
                    value={each.from_percent}
                    onChange={(lowest) => letter(each.key, { from_percent: Number(lowest) })}
                  />
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    size={36}
                    aria-label={t("grades.removeNamed", { title: each.label })}
                    onClick={() => setLetters(letters.filter(({ key }) => key !== each.key))}
                  >
                    <IconTrash size={18} />
                  </ActionIcon>
                </Group>
              ))}
              <Group>
                <Button
                  variant="subtle"
                  size="compact-md"
                  leftSection={<IconPlus size={16} />}
                  onClick={() => setLetters([...letters, { key: newKey(), label: "", from_percent: 50 }])}
                >
                  {t("grades.addLetter")}
                </Button>
              </Group>
            </Stack>
          </section>
          <Group justify="flex-end">
            <Button variant="subtle" color="gray" h={44} onClick={props.onClose}>
              {t("actions.cancel")}
            </Button>
            <Button type="submit" h={44} loading={save.isPending} disabled={incomplete}>
              {t("actions.save")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
