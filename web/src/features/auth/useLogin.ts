import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { meQuery } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import { chosenLanguage } from "@/components/languages.ts";

/** Sign in with e-mail and password; afterwards the person is known to every page. */
export function useLogin() {
  const { api, tokens } = useServices();
  const client = useQueryClient();
  const { i18n } = useTranslation();
  return async (credentials: { email: string; password: string }) => {
    const answer = await body(
      api.POST("/api/auth/login", {
        body: { email: credentials.email.trim(), password: credentials.password },
      }),
    );
    client.clear();
    tokens.accept(answer);
    const me = await client.query(meQuery(api));
    const language = chosenLanguage(me.locale ?? null);
    if (language !== i18n.language) await i18n.changeLanguage(language);
    return me;
  };
}
