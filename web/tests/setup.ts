import "fake-indexeddb/auto";

// jsdom has no canvas and no font loading; Excalidraw asks for both when it is imported.
if (!("FontFace" in globalThis)) {
  class FontFaceStandIn {
    load = () => Promise.resolve(this);
  }
  Object.assign(globalThis, { FontFace: FontFaceStandIn });
}
if (!("fonts" in document)) {
  Object.assign(document, {
    fonts: { add: () => undefined, has: () => false, check: () => true, load: () => Promise.resolve([]) },
  });
}
if (!("matchMedia" in window)) {
  Object.assign(window, {
    matchMedia: (query: string) => ({
      matches: false,
      media: query,
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
      addListener: () => undefined,
      removeListener: () => undefined,
    }),
  });
}
if (!("ResizeObserver" in globalThis)) {
  class ResizeObserverStandIn {
    observe = () => undefined;
    unobserve = () => undefined;
    disconnect = () => undefined;
  }
  Object.assign(globalThis, { ResizeObserver: ResizeObserverStandIn });
}
HTMLCanvasElement.prototype.getContext = (() => ({
  measureText: () => ({ width: 10 }),
  filter: "none",
})) as unknown as HTMLCanvasElement["getContext"];
