import { Button, Center, Container, Stack, Text, Title } from "@mantine/core";
import { Link, useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { ErrorState } from "@/components/ErrorState.tsx";
import { RowsLoading } from "@/components/RowsLoading.tsx";
import { useTitle } from "@/components/useTitle.ts";

/** A page on its way. */
export function FullPageLoading() {
  return (
    <Container size="lg" py="xl" w="100%">
      <RowsLoading rows={4} height={72} />
    </Container>
  );
}

/** A page that failed: never a blank one. */
export function FullPageProblem({ error }: { error: unknown }) {
  const router = useRouter();
  return (
    <Center mih="70dvh">
      <ErrorState error={error} retry={() => void router.invalidate()} />
    </Center>
  );
}

export function NotFound() {
  const { t } = useTranslation();
  useTitle(t("errors.notFoundTitle"));
  return (
    <Center mih="70dvh" component="main">
      <Stack align="center" ta="center" gap="xs" px="md">
        <Title order={1} size="h3">
          {t("errors.notFoundTitle")}
        </Title>
        <Text c="dimmed" maw={420}>
          {t("errors.notFound")}
        </Text>
        <Button mt="xs" renderRoot={(props) => <Link to="/" {...props} />}>
          {t("errors.home")}
        </Button>
      </Stack>
    </Center>
  );
}
