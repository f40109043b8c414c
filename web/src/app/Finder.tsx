import { Spotlight, type SpotlightActionData } from "@mantine/spotlight";
import { IconBooks, IconChalkboard, IconHome, IconSchool, IconSearch, IconUser } from "@tabler/icons-react";
import { useQueries, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { classesQuery, documentsQuery } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";

/** Ctrl K: any page, class or board by its name. */
export function Finder() {
  const { t } = useTranslation();
  const { api } = useServices();
  const navigate = useNavigate();
  // Nothing is asked of the server before somebody looks for something.
  const [opened, setOpened] = useState(false);
  const classes = useQuery({ ...classesQuery(api), enabled: opened });
  const documents = useQueries({
    queries: (classes.data ?? []).map(({ id }) => ({ ...documentsQuery(api, id), enabled: opened })),
  });
  const boards = documents.flatMap(({ data }) => data ?? []);
  const titleOf = new Map(classes.data?.map(({ id, title }) => [id, title]));
  const actions: SpotlightActionData[] = [
    {
      id: "home",
      label: t("nav.home"),
      leftSection: <IconHome size={20} />,
      onClick: () => void navigate({ to: "/" }),
    },
    {
      id: "courses",
      label: t("nav.courses"),
      leftSection: <IconBooks size={20} />,
      onClick: () => void navigate({ to: "/courses", search: {} }),
    },
    {
      id: "me",
      label: t("nav.profile"),
      leftSection: <IconUser size={20} />,
      onClick: () => void navigate({ to: "/me" }),
    },
    ...(classes.data ?? []).map((room) => ({
      id: room.id,
      label: room.title,
      description: t("finder.class"),
      leftSection: <IconSchool size={20} />,
      onClick: () => void navigate({ to: "/classes/$classId", params: { classId: room.id }, search: {} }),
    })),
    ...boards.map((board) => ({
      id: board.id,
      label: board.title,
      description: titleOf.get(board.class_id),
      leftSection: <IconChalkboard size={20} />,
      onClick: () =>
        void navigate({
          to: "/classes/$classId/documents/$documentId",
          params: { classId: board.class_id, documentId: board.id },
        }),
    })),
  ];
  return (
    <Spotlight
      actions={actions}
      shortcut="mod + K"
      highlightQuery
      limit={12}
      scrollable
      maxHeight={420}
      nothingFound={t("finder.nothing")}
      onSpotlightOpen={() => setOpened(true)}
      searchProps={{
        leftSection: <IconSearch size={20} />,
        placeholder: t("finder.placeholder"),
        "aria-label": t("finder.placeholder"),
      }}
    />
  );
}
