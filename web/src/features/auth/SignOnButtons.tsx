import { Button, Divider, Stack } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { wordsFor } from "@/api/problem.ts";
import { authOptionsQuery } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import { FormProblem } from "@/components/FormProblem.tsx";

/** A way in for each of the school's providers of accounts; nothing where it has none. */
export function SignOnButtons({ next }: { next?: string | undefined }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const options = useQuery(authOptionsQuery(api));
  const begin = useMutation({
    mutationFn: (provider: string) =>
      body(
        api.POST("/api/auth/sign-on/{provider}", {
          params: { path: { provider } },
          body: next ? { next } : {},
        }),
      ),
    onSuccess: ({ address }) => location.assign(address),
  });
  const providers = options.data?.providers ?? [];
  if (providers.length === 0) return null;
  return (
    <Stack>
      <Divider label={t("signOn.or")} />
      <FormProblem words={begin.error ? t(wordsFor(begin.error)) : null} />
      {providers.map((provider) => (
        <Button
          key={provider.id}
          variant="default"
          size="md"
          loading={begin.isPending && begin.variables === provider.id}
          onClick={() => begin.mutate(provider.id)}
        >
          {t("signOn.with", { name: provider.name })}
        </Button>
      ))}
    </Stack>
  );
}
