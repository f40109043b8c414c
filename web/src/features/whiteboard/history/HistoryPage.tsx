import { ActionIcon, Button, Center, Loader, Text, Tooltip } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconArrowLeft, IconHistory } from "@tabler/icons-react";
import { getRouteApi, Link } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Problem, wordsFor } from "@/api/problem.ts";
import { useMe } from "@/api/queries.ts";
import type { HistoryBurst } from "@/api/types.ts";
import { EmptyState } from "@/components/EmptyState.tsx";
import { ErrorState } from "@/components/ErrorState.tsx";
import { RowsLoading } from "@/components/RowsLoading.tsx";
import { useTitle } from "@/components/useTitle.ts";
import { HistoryList } from "./HistoryList.tsx";
import styles from "./HistoryPage.module.css";
import { whenOf } from "./moments.ts";
import { type ChosenMoment, useHistory, useMoment, useRestore } from "./useHistory.ts";

const HistoryPreview = lazy(() => import("./HistoryPreview.tsx"));

const route = getRouteApi("/members/classes/$classId/documents/$documentId/history");
const NARROW = "(max-width: 48em)";

/** A document's past: the work on it, how it looked after each piece, and the way back. */
export function HistoryPage() {
  const { t, i18n } = useTranslation();
  const { classId, documentId } = route.useParams();
  const { moment } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: me } = useMe();
  const history = useHistory(documentId);
  const narrow = useMediaQuery(NARROW, false, { getInitialValueInEffect: false });
  const about = history.data?.pages[0];
  const bursts = history.data?.pages.flatMap(({ items }) => items) ?? [];
  const listed = moment === undefined ? (narrow ? undefined : bursts[0]) : burstAt(bursts, moment);
  const chosen = chosenOf(listed, about ? moment : undefined, i18n.language);
  const { restore, pending } = useRestore(documentId);
  const further =
    about !== undefined &&
    moment !== undefined &&
    !listed &&
    moment >= about.kept_from &&
    history.hasNextPage;
  const { fetchNextPage, isFetchingNextPage } = history;
  useEffect(() => {
    // A link may lead to a moment that is further down in the list.
    if (further && !isFetchingNextPage) void fetchNextPage();
  }, [further, isFetchingNextPage, fetchNextPage]);
  useTitle(about ? t("history.titleOf", { title: about.title }) : t("history.title"));

  return (
    <div className={styles["page"]} data-chosen={chosen ? "yes" : history.isPending ? "pending" : "no"}>
      <header className={styles["bar"]}>
        <Back
          list={narrow && chosen !== undefined}
          rooms={me?.role === "admin"}
          place={{ classId, documentId }}
        />
        <h1 className={styles["title"]}>
          {about ? t("history.titleOf", { title: about.title }) : t("history.title")}
        </h1>
      </header>
      <main className={styles["stage"]}>
        {chosen && about && (
          <Chosen
            key={documentId}
            documentId={documentId}
            moment={chosen}
            shows={about.kind === "whiteboard" || about.kind === "page"}
            now={chosen.seq === about.seq}
            restorable={about.restorable}
            pending={pending}
            onRestore={() => restore(chosen)}
          />
        )}
      </main>
      <aside className={styles["list"]} aria-label={t("history.list")}>
        {history.isPending && <RowsLoading rows={6} />}
        {history.error && !about && <ErrorState error={history.error} retry={() => void history.refetch()} />}
        {about && bursts.length === 0 && (
          <EmptyState icon={<IconHistory size={28} />} title={t("history.emptyTitle")}>
            {t("history.empty")}
          </EmptyState>
        )}
        {about && bursts.length > 0 && (
          <>
            <Text size="sm" c="dimmed" px={8}>
              {t("history.about")}
            </Text>
            <HistoryList
              bursts={bursts}
              newest={about.seq}
              chosen={chosen?.seq ?? null}
              onChoose={({ last_seq }) => void navigate({ search: { moment: last_seq }, replace: !narrow })}
              onMore={history.hasNextPage ? () => void history.fetchNextPage() : null}
              cut={about.kept_from > 0}
              loadingMore={history.isFetchingNextPage}
            />
          </>
        )}
      </aside>
    </div>
  );
}

/** The piece of work that ends at a moment; or, where a moment lies in the midst of one, that piece up to it. */
function burstAt(bursts: readonly HistoryBurst[], moment: number | undefined): HistoryBurst | undefined {
  if (moment === undefined) return undefined;
  const found = bursts.find(({ first_seq, last_seq }) => first_seq <= moment && moment <= last_seq);
  return found && { ...found, last_seq: moment };
}

/** The moment to show: a piece of work's, or one that no work of the list ends with, as what was handed in long ago. */
function chosenOf(
  burst: HistoryBurst | undefined,
  seq: number | undefined,
  language: string,
): ChosenMoment | undefined {
  if (burst) return { seq: burst.last_seq, when: whenOf(burst.ended_at, language) };
  return seq === undefined ? undefined : { seq, when: null };
}

/** The way back: to the list on a phone, else to where the person came from. */
function Back(props: { list: boolean; rooms: boolean; place: { classId: string; documentId: string } }) {
  const { t } = useTranslation();
  const label = t(
    props.list ? "history.backToList" : props.rooms ? "history.backToRooms" : "history.backToBoard",
  );
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={44}
        aria-label={label}
        renderRoot={(link) =>
          props.list ? (
            <Link
              to="/classes/$classId/documents/$documentId/history"
              params={props.place}
              search={{}}
              {...link}
            />
          ) : props.rooms ? (
            <Link to="/admin" search={{ tab: "rooms" }} {...link} />
          ) : (
            <Link to="/classes/$classId/documents/$documentId" params={props.place} {...link} />
          )
        }
      >
        <IconArrowLeft
          size={20}
          style={document.documentElement.dir === "rtl" ? { transform: "scaleX(-1)" } : undefined}
        />
      </ActionIcon>
    </Tooltip>
  );
}

function Chosen(props: {
  documentId: string;
  moment: ChosenMoment;
  shows: boolean;
  now: boolean;
  restorable: boolean;
  pending: boolean;
  onRestore: () => void;
}) {
  const { t } = useTranslation();
  const { seq, when } = props.moment;
  const title = when === null ? t("history.boardThen") : t("history.boardAt", { when });
  const scene = useMoment(props.documentId, props.shows ? seq : null);
  const waiting = (
    <Center h="100%">
      <Loader role="status" aria-label={t("history.loadingMoment")} />
    </Center>
  );
  return (
    <>
      <div className={styles["shown"]} aria-busy={scene.isFetching}>
        {!props.shows && (
          <EmptyState icon={<IconHistory size={28} />} title={when ?? title}>
            {t("history.noPreview")}
          </EmptyState>
        )}
        {scene.error &&
          (scene.error instanceof Problem && scene.error.code === "moment_not_kept" ? (
            <EmptyState icon={<IconHistory size={28} />} title={t("history.goneTitle")}>
              {t(wordsFor(scene.error))}
            </EmptyState>
          ) : (
            <ErrorState error={scene.error} retry={() => void scene.refetch()} />
          ))}
        {props.shows && scene.isPending && waiting}
        {scene.data !== undefined && !scene.error && (
          <Suspense fallback={waiting}>
            <HistoryPreview scene={scene.data} label={title} />
          </Suspense>
        )}
        {scene.isPlaceholderData && <Loader size="sm" className={styles["busy"]} />}
      </div>
      <footer className={styles["foot"]}>
        <div className={styles["words"]} role="status">
          <Text fw={600}>{title}</Text>
          {!scene.error && (
            <Text size="sm" c="dimmed">
              {t(
                props.pending
                  ? "history.restoring"
                  : props.now
                    ? "history.isNow"
                    : props.restorable
                      ? "history.kept"
                      : "history.notRestorable",
              )}
            </Text>
          )}
        </div>
        {props.restorable && (
          <Button
            h={44}
            leftSection={<IconHistory size={18} />}
            disabled={(props.now || scene.error !== null) && !props.pending}
            loading={props.pending}
            onClick={props.onRestore}
          >
            {t("history.restore")}
          </Button>
        )}
      </footer>
    </>
  );
}
