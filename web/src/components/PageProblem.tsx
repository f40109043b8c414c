import { Button, Center, Container } from "@mantine/core";
import { IconMapOff } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "@/api/problem.ts";
import { EmptyState } from "./EmptyState.tsx";
import { ErrorState } from "./ErrorState.tsx";
import { useTitle } from "./useTitle.ts";

/** In place of a page that could not be shown. What is not there is no failure: trying again helps nobody, the way `back` does. */
export function PageProblem(props: { error: unknown; retry: () => void; back?: ReactNode }) {
  const { t } = useTranslation();
  const missing = props.error instanceof Problem && props.error.status === 404;
  useTitle(t(missing ? "errors.notFoundTitle" : "errors.title"));
  return (
    <Container size="lg">
      {missing ? (
        <EmptyState
          icon={<IconMapOff size={28} />}
          title={t("errors.notFoundTitle")}
          action={
            props.back ?? (
              <Button h={44} renderRoot={(rest) => <Link to="/" {...rest} />}>
                {t("errors.home")}
              </Button>
            )
          }
        >
          {t("errors.notFound")}
        </EmptyState>
      ) : (
        <>
          <ErrorState error={props.error} retry={props.retry} />
          {props.back && <Center>{props.back}</Center>}
        </>
      )}
    </Container>
  );
}
