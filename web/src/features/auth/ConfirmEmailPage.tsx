import { Alert, Button } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { wordsFor } from "@/api/problem.ts";
import { useServices } from "@/api/services.tsx";
import { FormProblem } from "@/components/FormProblem.tsx";
import { OneColumn } from "@/components/OneColumn.tsx";
import { useTitle } from "@/components/useTitle.ts";
import { useLinkSecret } from "./useLinkSecret.ts";

/** Confirm a new e-mail address with the link of a mail. */
export function ConfirmEmailPage() {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const token = useLinkSecret();
  const confirm = useMutation({
    mutationFn: () => api.PUT("/api/auth/email", { body: { token } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["me"] }),
  });
  useTitle(t("recovery.confirmEmail"));
  return (
    <OneColumn title={t("recovery.confirmEmail")} lead={t("recovery.confirmEmailLead")}>
      <FormProblem words={confirm.error ? t(wordsFor(confirm.error)) : null} />
      {confirm.isSuccess ? (
        <>
          <Alert variant="light" icon={<IconCheck size={20} />} role="status">
            {t("recovery.emailConfirmed")}
          </Alert>
          <Button size="md" renderRoot={(props) => <Link to="/" {...props} />}>
            {t("errors.home")}
          </Button>
        </>
      ) : (
        <Button size="md" loading={confirm.isPending} onClick={() => confirm.mutate()}>
          {t("recovery.confirm")}
        </Button>
      )}
    </OneColumn>
  );
}
