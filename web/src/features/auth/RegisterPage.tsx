import { Anchor } from "@mantine/core";
import { getRouteApi, Link, useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { OneColumn } from "@/components/OneColumn.tsx";
import { useTitle } from "@/components/useTitle.ts";
import { RegisterForm } from "./RegisterForm.tsx";
import { SignOnButtons } from "./SignOnButtons.tsx";

const route = getRouteApi("/register");

export function RegisterPage() {
  const { t } = useTranslation();
  const { next, invitation } = route.useSearch();
  const router = useRouter();
  useTitle(t("auth.createAccount"));
  return (
    <OneColumn
      title={t("auth.createAccount")}
      footer={
        <>
          {t("auth.haveAccount")}{" "}
          <Anchor
            underline="always"
            renderRoot={(props) => <Link to="/login" search={{ next }} {...props} />}
          >
            {t("auth.signIn")}
          </Anchor>
        </>
      }
    >
      <RegisterForm invitation={invitation} onSignedIn={() => router.history.push(next ?? "/")} />
      <SignOnButtons next={next} />
    </OneColumn>
  );
}
