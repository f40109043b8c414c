import { ActionIcon, Button, Group, Menu, Select, TextInput, Tooltip } from "@mantine/core";
import { IconChartBar, IconDownload, IconEye, IconPlus, IconRefresh, IconSearch } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { MoreMenu } from "@/components/MoreMenu.tsx";
import { STATES, type BoardColumn, type ShownState } from "./core/board.ts";
import type { SortBy } from "./core/order.ts";

/** The bar above the grid: find, filter, order, and what is done with the whole board. */
export function BoardTools(props: {
  search: string;
  onSearch: (text: string) => void;
  state: ShownState | null;
  onState: (state: ShownState | null) => void;
  sort: SortBy;
  sortColumn: BoardColumn | undefined;
  onSort: (by: SortBy) => void;
  hiddenCount: number;
  showsHidden: boolean;
  onShowHidden: () => void;
  onAdd: () => void;
  onSummary: () => void;
  onDownload: () => void;
  onRebuild: () => void;
}) {
  const { t } = useTranslation();
  const { sort } = props;
  const column = props.sortColumn;
  return (
    <Group gap="sm" align="flex-end">
      <TextInput
        aria-label={t("progress.search")}
        placeholder={t("progress.search")}
        leftSection={<IconSearch size={18} />}
        value={props.search}
        onChange={(event) => props.onSearch(event.currentTarget.value)}
        size="md"
        style={{ flex: "2 1 220px" }}
      />
      <Select
        aria-label={t("progress.filter")}
        size="md"
        style={{ flex: "1 1 140px" }}
        value={props.state ?? "all"}
        maxDropdownHeight="60vh"
        allowDeselect={false}
        data={[
          { value: "all", label: t("progress.allStates") },
          ...STATES.map((value) => ({ value, label: t(`progress.states.${value}`) })),
        ]}
        onChange={(value) => props.onState(STATES.find((state) => state === value) ?? null)}
      />
      <Select
        aria-label={t("progress.sort")}
        size="md"
        style={{ flex: "1 1 140px" }}
        value={typeof sort === "string" ? sort : "column"}
        allowDeselect={false}
        data={[
          { value: "name", label: t("progress.sortName") },
          { value: "progress", label: t("progress.sortProgress") },
          { value: "stuck", label: t("progress.sortStuck") },
          ...(column ? [{ value: "column", label: t("progress.sortColumn", { title: column.title }) }] : []),
        ]}
        onChange={(value) => {
          if (value === "name" || value === "progress" || value === "stuck") props.onSort(value);
        }}
      />
      <Group gap="xs" wrap="nowrap" ms="auto">
        <Tooltip label={t("progress.summary")}>
          <ActionIcon
            variant="default"
            size={44}
            aria-label={t("progress.summary")}
            onClick={props.onSummary}
          >
            <IconChartBar size={20} />
          </ActionIcon>
        </Tooltip>
        <MoreMenu label={t("progress.more")} framed>
          <Menu.Item leftSection={<IconDownload size={18} />} onClick={props.onDownload}>
            {t("progress.csv")}
          </Menu.Item>
          {props.hiddenCount > 0 && (
            <Menu.Item leftSection={<IconEye size={18} />} onClick={props.onShowHidden}>
              {props.showsHidden
                ? t("progress.hideHidden")
                : t("progress.showHidden", { count: props.hiddenCount })}
            </Menu.Item>
          )}
          <Menu.Item leftSection={<IconRefresh size={18} />} onClick={props.onRebuild}>
            {t("progress.rebuild")}
          </Menu.Item>
        </MoreMenu>
        <Button h={44} leftSection={<IconPlus size={18} />} onClick={props.onAdd}>
          {t("progress.addColumn")}
        </Button>
      </Group>
    </Group>
  );
}
