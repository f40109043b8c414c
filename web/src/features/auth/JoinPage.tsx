import { Button, Loader, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { meansSignedOut } from "@/api/accessTokens.ts";
import { body } from "@/api/client.ts";
import { Problem, wordsFor } from "@/api/problem.ts";
import { meQuery } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import { ErrorState } from "@/components/ErrorState.tsx";
import { FormProblem } from "@/components/FormProblem.tsx";
import { OneColumn } from "@/components/OneColumn.tsx";
import { RowsLoading } from "@/components/RowsLoading.tsx";
import { useTitle } from "@/components/useTitle.ts";
import { LoginForm } from "./LoginForm.tsx";
import { RegisterForm } from "./RegisterForm.tsx";
import { SignOnButtons } from "./SignOnButtons.tsx";

const route = getRouteApi("/join/$code");

/** Names the class and its teacher first; then lets the person in by the shortest way. */
export function JoinPage() {
  const { t } = useTranslation();
  const { code } = route.useParams();
  const { invitation } = route.useSearch();
  const { api, tokens } = useServices();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [way, setWay] = useState<"new" | "known">("new");

  const preview = useQuery({
    queryKey: ["join", code],
    queryFn: () => body(api.GET("/api/join/{join_code}", { params: { path: { join_code: code } } })),
    retry: false,
  });
  const me = useQuery({
    queryKey: ["join-me"],
    queryFn: async () => {
      try {
        await tokens.fresh();
        return await client.query(meQuery(api));
      } catch (error) {
        if (meansSignedOut(error)) return null;
        throw error;
      }
    },
  });
  const join = useMutation({
    mutationFn: async () => {
      const room = await body(api.POST("/api/classes/join", { body: { join_code: code } }));
      await client.invalidateQueries({ queryKey: ["classes"] });
      await navigate({ to: "/classes/$classId", params: { classId: room.id }, search: {} });
    },
  });
  useTitle(preview.data?.title ?? t("join.title"));

  if (preview.isPending || me.isPending) {
    return (
      <OneColumn title={t("join.title")}>
        <RowsLoading rows={3} />
      </OneColumn>
    );
  }
  if (preview.error) {
    const unknown = preview.error instanceof Problem && preview.error.status === 404;
    return (
      <OneColumn title={t("join.title")}>
        {unknown ? (
          <OtherCode code={code} />
        ) : (
          <ErrorState error={preview.error} retry={() => void preview.refetch()} />
        )}
      </OneColumn>
    );
  }
  const teachers = new Intl.ListFormat(document.documentElement.lang).format(preview.data.teachers);
  return (
    <OneColumn title={preview.data.title} lead={t("join.lead", { teachers })}>
      <FormProblem words={join.error ? t(wordsFor(join.error)) : null} />
      {me.data ? (
        <Stack>
          <Button size="md" loading={join.isPending} onClick={() => join.mutate()} autoFocus>
            {t("join.joinAs", { name: me.data.name })}
          </Button>
        </Stack>
      ) : join.isPending ? (
        <Loader aria-label={t("join.joining")} />
      ) : (
        <Stack gap="lg">
          <SegmentedControl
            fullWidth
            size="md"
            aria-label={t("join.title")}
            value={way}
            onChange={(value) => setWay(value)}
            data={[
              { value: "new", label: t("join.iAmNew") },
              { value: "known", label: t("join.iHaveAccount") },
            ]}
          />
          {way === "new" ? (
            <RegisterForm
              role="student"
              invitation={invitation}
              submit={t("join.join")}
              onSignedIn={() => join.mutateAsync()}
            />
          ) : (
            <LoginForm submit={t("join.signInAndJoin")} onSignedIn={() => join.mutateAsync()} />
          )}
          <SignOnButtons next={`/join/${encodeURIComponent(code)}`} />
        </Stack>
      )}
    </OneColumn>
  );
}

function OtherCode({ code }: { code: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [typed, setTyped] = useState("");
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (typed.trim()) void navigate({ to: "/join/$code", params: { code: typed.trim() }, search: {} });
      }}
    >
      <Stack>
        <Text>{t("join.unknown", { code })}</Text>
        <TextInput
          size="md"
          label={t("join.codeLabel")}
          placeholder="ABCD-EFGH"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          autoFocus
          autoComplete="off"
        />
        <Button type="submit" size="md">
          {t("join.look")}
        </Button>
      </Stack>
    </form>
  );
}
