// Runs before Excalidraw is evaluated: its font loader reads this once. The build copies the fonts there.
declare global {
  interface Window {
    EXCALIDRAW_ASSET_PATH?: string;
  }
}

window.EXCALIDRAW_ASSET_PATH = "/excalidraw/";

export {};
