import { Button, Center, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

/** What is typed to search a long list, and what is looked for once the typing pauses. */
export function useSearch() {
  const [typed, setTyped] = useState("");
  const [query] = useDebouncedValue(typed.trim(), 300);
  return { typed, setTyped, query };
}

/** The field above a list in which one looks for somebody. */
export function SearchField(props: { label: string; search: ReturnType<typeof useSearch> }) {
  const { label, search } = props;
  return (
    <TextInput
      type="search"
      size="md"
      style={{ flex: "1 1 220px" }}
      aria-label={label}
      placeholder={label}
      leftSection={<IconSearch size={18} />}
      value={search.typed}
      onChange={(event) => search.setTyped(event.currentTarget.value)}
    />
  );
}

/** Below a list that goes on: reads the next page of it. */
export function ShowMore(props: {
  list: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => Promise<unknown> };
}) {
  const { t } = useTranslation();
  const { list } = props;
  if (!list.hasNextPage) return null;
  return (
    <Center>
      <Button
        variant="default"
        h={44}
        mt="sm"
        loading={list.isFetchingNextPage}
        onClick={() => void list.fetchNextPage()}
      >
        {t("actions.showMore")}
      </Button>
    </Center>
  );
}
