import { Anchor } from "@mantine/core";
import { getRouteApi, Link, useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { OneColumn } from "@/components/OneColumn.tsx";
import { useTitle } from "@/components/useTitle.ts";
import { LoginForm } from "./LoginForm.tsx";
import { SignOnButtons } from "./SignOnButtons.tsx";

const route = getRouteApi("/login");

export function LoginPage() {
  const { t } = useTranslation();
  const { next } = route.useSearch();
  const router = useRouter();
  useTitle(t("auth.signIn"));
  return (
    <OneColumn
      title={t("auth.welcome")}
      lead={next ? t("auth.signInToContinue") : t("auth.signInLead")}
      footer={
        <>
          <Anchor
            underline="always"
            display="block"
            py={6}
            renderRoot={(props) => <Link to="/forgot-password" {...props} />}
          >
            {t("recovery.forgot")}
          </Anchor>
          {t("auth.newHere")}{" "}
          <Anchor
            underline="always"
            renderRoot={(props) => <Link to="/register" search={{ next }} {...props} />}
          >
            {t("auth.createAccount")}
          </Anchor>
        </>
      }
    >
      <LoginForm onSignedIn={() => router.history.push(next ?? "/")} />
      <SignOnButtons next={next} />
    </OneColumn>
  );
}
