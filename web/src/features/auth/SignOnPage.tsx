import { Anchor, Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { getRouteApi, Link, useRouter } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { wordsFor } from "@/api/problem.ts";
import { useServices } from "@/api/services.tsx";
import { FormProblem } from "@/components/FormProblem.tsx";
import { OneColumn } from "@/components/OneColumn.tsx";
import { RowsLoading } from "@/components/RowsLoading.tsx";
import { tell } from "@/components/toast.tsx";
import { useTitle } from "@/components/useTitle.ts";
import { LoginForm } from "./LoginForm.tsx";
import { SignOnButtons } from "./SignOnButtons.tsx";
import { useSignedIn } from "./useLogin.ts";

const route = getRouteApi("/sign-on/$provider");

/** Where a provider sends people back to: hands in what it says, and goes on to where they wanted to be. */
export function SignOnPage() {
  const { t } = useTranslation();
  const { provider } = route.useParams();
  const { api, tokens } = useServices();
  const signedIn = useSignedIn();
  const router = useRouter();
  // Read once: a router would take numbers for numbers.
  const [said] = useState(() => new URLSearchParams(location.search));
  const state = said.get("state");
  const code = said.get("code");
  const complete = useMutation({
    mutationFn: async (answer: { state: string; code: string }) => {
      // Who connects an account says who they are; who signs in may say nothing.
      const token = await tokens.fresh().catch(() => null);
      const iss = said.get("iss");
      const done = await body(
        api.POST("/api/auth/sign-on/{provider}/complete", {
          params: { path: { provider } },
          body: { ...answer, ...(iss === null ? {} : { iss }) },
          headers: token === null ? {} : { Authorization: `Bearer ${token}` },
        }),
      );
      if (done.token) await signedIn(done.token);
      else tell(t("signOn.nowConnected"));
      router.history.replace(done.next ?? "/");
    },
  });
  const begun = useRef(false);
  const { mutate } = complete;
  useEffect(() => {
    if (begun.current || state === null || code === null) return;
    begun.current = true;
    mutate({ state, code });
  }, [mutate, state, code]);
  const refused = said.get("error");
  const words = complete.error
    ? t(wordsFor(complete.error))
    : refused === "access_denied"
      ? t("signOn.cancelled")
      : state === null || code === null
        ? t("signOn.notNow")
        : null;
  useTitle(words === null ? t("signOn.signingIn") : t("auth.signIn"));
  if (words === null) {
    return (
      <OneColumn title={t("signOn.signingIn")}>
        <RowsLoading rows={2} />
      </OneColumn>
    );
  }
  if (tokens.present() !== undefined) {
    return (
      <OneColumn title={t("signOn.title")}>
        <FormProblem words={words} />
        <Button size="md" renderRoot={(props) => <Link to="/me" {...props} />}>
          {t("signOn.backToProfile")}
        </Button>
      </OneColumn>
    );
  }
  return (
    <OneColumn
      title={t("auth.welcome")}
      footer={
        <Anchor underline="always" renderRoot={(props) => <Link to="/forgot-password" {...props} />}>
          {t("recovery.forgot")}
        </Anchor>
      }
    >
      <FormProblem words={words} />
      <LoginForm onSignedIn={() => router.history.replace("/")} />
      <SignOnButtons />
    </OneColumn>
  );
}
