import {
  Badge,
  createTheme,
  Menu,
  Notification,
  type CSSVariablesResolver,
  type MantineColorsTuple,
} from "@mantine/core";

/** The one accent: a calm pine. Filled shades carry white text at more than 4.5:1. */
const pine: MantineColorsTuple = [
  "#eef7f5",
  "#dcebe8",
  "#b6d5d0",
  "#8cc0b7",
  "#69aea2",
  "#529f94",
  "#43958a",
  "#2f7f75",
  "#226e65",
  "#0d5d55",
];

export const theme = createTheme({
  primaryColor: "pine",
  primaryShade: { light: 8, dark: 7 },
  colors: { pine },
  fontFamily:
    'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif',
  headings: { fontWeight: "650", textWrap: "balance" },
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  autoContrast: true,
  components: {
    Badge: Badge.extend({ defaultProps: { tt: "none", fw: 600, size: "lg", radius: "sm" } }),
    // Else the first thing in a menu is one that has no place there: whoever opens it is at its first entry at once.
    Menu: Menu.extend({ defaultProps: { withInitialFocusPlaceholder: false } }),
    Notification: Notification.extend({ styles: { description: { color: "var(--mantine-color-text)" } } }),
  },
});

/** Quiet text still has 4.5:1 on every surface we put it on; Mantine's own grey has not. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "#545d66",
    "--mantine-color-placeholder": "#6b7480",
    "--mantine-color-error": "#c92a2a",
    "--mantine-color-red-text": "#c92a2a",
    "--mantine-color-red-light-color": "#b02525",
  },
  dark: {
    "--mantine-color-dimmed": "#a9b0b8",
    "--mantine-color-placeholder": "#8d949c",
    "--mantine-color-error": "#ff9b9b",
    "--mantine-color-red-text": "#ff9b9b",
    "--mantine-color-red-light-color": "#ffb3b3",
    "--mantine-color-red-filled": "#c92a2a",
    "--mantine-color-red-filled-hover": "#b02525",
  },
});
