import { DirectionProvider, MantineProvider, mergeThemeOverrides } from "@mantine/core";
import { ModalsProvider } from "@mantine/modals";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import type { i18n } from "i18next";
import { StrictMode, useMemo, useSyncExternalStore } from "react";
import { I18nextProvider } from "react-i18next";
import { ServicesProvider, type Services } from "@/api/services.tsx";
import { ClassNewsProvider } from "@/components/classNews.tsx";
import { ClassTabsProvider } from "@/components/classTabs.tsx";
import { DocumentViewsProvider } from "@/components/documentViews.tsx";
import { directionOf } from "@/components/languages.ts";
import { CLASS_NEWS } from "./classNews.ts";
import { CLASS_TABS } from "./classTabs.ts";
import { DOCUMENT_KINDS } from "./documentKinds.ts";
import type { AppRouter } from "./router.tsx";
import { cssVariables, theme } from "./theme.ts";

/** The whole application around its routes. */
export function Application(props: {
  languages: i18n;
  services: Services;
  queries: QueryClient;
  router: AppRouter;
}) {
  const { languages } = props;
  const language = useSyncExternalStore(
    (listener) => {
      languages.on("languageChanged", listener);
      return () => languages.off("languageChanged", listener);
    },
    () => languages.language,
  );
  const direction = directionOf(language);
  // The cross of a dialogue has no words of its own.
  const close = languages.getFixedT(language)("actions.close");
  const spoken = useMemo(
    () =>
      mergeThemeOverrides(theme, {
        components: { CloseButton: { defaultProps: { "aria-label": close } } },
      }),
    [close],
  );
  return (
    <StrictMode>
      <I18nextProvider i18n={languages}>
        <DirectionProvider key={direction} initialDirection={direction} detectDirection={false}>
          <MantineProvider theme={spoken} defaultColorScheme="auto" cssVariablesResolver={cssVariables}>
            <ServicesProvider services={props.services}>
              <QueryClientProvider client={props.queries}>
                <ModalsProvider modalProps={{ centered: true }}>
                  <Notifications position="bottom-center" limit={3} />
                  <DocumentViewsProvider views={DOCUMENT_KINDS}>
                    <ClassTabsProvider tabs={CLASS_TABS}>
                      <ClassNewsProvider sources={CLASS_NEWS}>
                        <RouterProvider router={props.router} />
                      </ClassNewsProvider>
                    </ClassTabsProvider>
                  </DocumentViewsProvider>
                </ModalsProvider>
              </QueryClientProvider>
            </ServicesProvider>
          </MantineProvider>
        </DirectionProvider>
      </I18nextProvider>
    </StrictMode>
  );
}
