import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { meQuery } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import { chosenLanguage } from "@/components/languages.ts";

/** Take the token of a new sign-in; afterwards the person is known to every page. */
export function useSignedIn() {
  const { api, tokens } = useServices();
  const client = useQueryClient();
  const { i18n } = useTranslation();
  return async (answer: { access_token: string; expires_in: number }) => {
    client.clear();
    tokens.accept(answer);
    const me = await client.query(meQuery(api));
    const language = chosenLanguage(me.locale ?? null);
    if (language !== i18n.language) await i18n.changeLanguage(language);
    return me;
  };
}

/** Sign in with e-mail and password. */
export function useLogin() {
  const { api } = useServices();
  const signedIn = useSignedIn();
  return async (credentials: { email: string; password: string }) =>
    signedIn(
      await body(
        api.POST("/api/auth/login", {
          body: { email: credentials.email.trim(), password: credentials.password },
        }),
      ),
    );
}
