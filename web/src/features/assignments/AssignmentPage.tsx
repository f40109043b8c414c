import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useServices } from "@/api/services.tsx";
import { Page } from "@/components/Page.tsx";
import { PageProblem } from "@/components/PageProblem.tsx";
import { RowsLoading } from "@/components/RowsLoading.tsx";
import { assignmentQuery } from "./queries.ts";
import { StudentView } from "./StudentView.tsx";
import { TeacherView } from "./TeacherView.tsx";

const route = getRouteApi("/members/shell/assignments/$assignmentId");

/** An assignment: the task and one's own work for students, the task and everybody's work for teachers. */
export function AssignmentPage() {
  const { t } = useTranslation();
  const { api } = useServices();
  const { assignmentId } = route.useParams();
  const { edit } = route.useSearch();
  const navigate = route.useNavigate();
  const assignment = useQuery(assignmentQuery(api, assignmentId));
  if (assignment.error && !assignment.data) {
    return <PageProblem error={assignment.error} retry={() => void assignment.refetch()} />;
  }
  if (!assignment.data) {
    return (
      <Page title={t("assignments.one")}>
        <RowsLoading rows={4} />
      </Page>
    );
  }
  const { data } = assignment;
  return data.teaches ? (
    <TeacherView
      assignment={data}
      editing={edit === true}
      onEdit={(editing) => void navigate({ search: editing ? { edit: true } : {}, replace: true })}
    />
  ) : (
    <StudentView assignment={data} />
  );
}

/** Back to where the assignment is listed. */
export function ClassLink({ classId, title }: { classId: string; title: string }) {
  return (
    <Link to="/classes/$classId" params={{ classId }} search={{ tab: "assignments" }}>
      {title}
    </Link>
  );
}
