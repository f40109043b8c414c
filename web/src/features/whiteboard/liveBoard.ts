import type { Collaborator, ExcalidrawImperativeAPI, SocketId } from "@excalidraw/excalidraw/types";
import type { Awareness } from "y-protocols/awareness";
import type * as Y from "yjs";
import { Observable } from "@/collab/observable.ts";
import { excalidrawCanvas } from "./canvasPort.ts";
import { ImageExchange, type ImagePorts } from "./core/imageExchange.ts";
import { readPeople, strokeFields, strokesOf, type PresentPerson } from "./core/presence.ts";
import { SceneBinding } from "./core/sceneBinding.ts";
import { FILES, SharedElements } from "./core/sharedElements.ts";

/** Own presence is sent at most this often. */
const PRESENCE_MILLISECONDS = 50;

export interface LiveBoardOptions {
  readonly api: ExcalidrawImperativeAPI;
  readonly document: Y.Doc;
  readonly awareness: Awareness;
  readonly images: Omit<ImagePorts, "show">;
  /** Somebody came or left. */
  readonly people: (people: readonly PresentPerson[]) => void;
  /** The elements changed, whoever changed them. */
  readonly changed: () => void;
}

/** One open board: joins Excalidraw, the document, presence and pictures. */
export class LiveBoard {
  readonly binding: SceneBinding;
  readonly images: ImageExchange;
  private readonly stop: (() => void)[] = [];
  private frame: number | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private presenceTimer: ReturnType<typeof setTimeout> | undefined;
  private presenceSent = 0;
  /** Everybody else, as of now: changes with every move of a pointer. */
  readonly present = new Observable<readonly PresentPerson[]>([]);
  private collaboratorsShown = "";
  private peopleShown = "";
  private pointer: { x: number; y: number; tool: string; button: string } | null = null;

  constructor(private readonly options: LiveBoardOptions) {
    const { api, document, awareness } = options;
    const shared = new SharedElements(document, this);
    this.binding = new SceneBinding(excalidrawCanvas(api), shared);
    const files = document.getMap<unknown>(FILES);
    this.images = new ImageExchange(files, this, { ...options.images, show: (shown) => api.addFiles(shown) });

    this.stop.push(shared.observe(() => this.soon()));
    const filesChanged = () => this.exchangeImages();
    files.observe(filesChanged);
    this.stop.push(() => files.unobserve(filesChanged));
    const present = () => this.soon();
    awareness.on("change", present);
    this.stop.push(() => awareness.off("change", present));
    this.stop.push(api.onPointerDown(() => this.pointerIs(true)));
    this.stop.push(api.onPointerUp(() => this.pointerIs(false)));
    const lifted = () => this.pointerIs(false);
    window.addEventListener("pointerup", lifted);
    window.addEventListener("pointercancel", lifted);
    window.addEventListener("blur", lifted);
    const leaving = () => this.binding.localChange({ everything: true });
    window.addEventListener("pagehide", leaving);
    this.stop.push(() => {
      window.removeEventListener("pointerup", lifted);
      window.removeEventListener("pointercancel", lifted);
      window.removeEventListener("blur", lifted);
      window.removeEventListener("pagehide", leaving);
    });
    void this.images.begin();
    this.catchUp();
  }

  /** Excalidraw reports a change of scene or state. */
  sceneChanged(): void {
    if (this.binding.localChange() > 0) this.options.changed();
    if (!this.binding.writable && !this.binding.pointerDown) this.binding.discardLocal();
    this.exchangeImages();
    this.presenceSoon();
  }

  pointerMoved(pointer: { x: number; y: number; tool: string }, button: string): void {
    this.pointer = { ...pointer, button };
    this.presenceSoon();
  }

  /** Follow the server's word on writing. Returns whether unfinished work had to be dropped. */
  setWritable(writable: boolean): boolean {
    if (this.binding.writable === writable) return false;
    this.binding.writable = writable;
    if (writable) {
      this.binding.localChange();
      return false;
    }
    const dropped = this.binding.discardLocal();
    this.options.api.updateScene({
      appState: { newElement: null, multiElement: null, selectedElementIds: {} },
    });
    this.sendPresence();
    return dropped;
  }

  close(): void {
    this.binding.localChange({ everything: true });
    if (this.frame !== undefined) cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
    clearTimeout(this.presenceTimer);
    this.images.close();
    for (const stop of this.stop) stop();
  }

  private pointerIs(down: boolean): void {
    this.binding.pointerDown = down;
    // Excalidraw finishes the element after it has told us; look again when it has.
    if (!down) setTimeout(() => this.sceneChanged(), 0);
  }

  /** Gather what arrives within a frame. Hidden pages get no frames, hence the clock beside it. */
  private soon(): void {
    if (this.frame !== undefined) return;
    this.frame = requestAnimationFrame(() => this.catchUp());
    this.timer = setTimeout(() => this.catchUp(), 250);
  }

  private catchUp(): void {
    if (this.frame !== undefined) cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
    this.frame = undefined;
    const { awareness, api } = this.options;
    const people = readPeople(awareness.getStates(), awareness.clientID);
    this.present.set(people);
    this.binding.remoteChange(strokesOf(people));
    const collaborators = new Map<SocketId, Collaborator>();
    for (const person of people) {
      collaborators.set(String(person.clientId) as SocketId, {
        id: person.user.id,
        username: person.user.name,
        color: { background: person.user.color, stroke: person.user.color },
        selectedElementIds: Object.fromEntries(person.selection.map((id) => [id, true as const])),
        ...(person.pointer
          ? {
              // Excalidraw draws the laser's trail; the pointers are ours (Cursors), in the person's true colour.
              pointer: { ...person.pointer, renderCursor: false },
              button: person.pointer.button,
            }
          : {}),
      });
    }
    const shown = JSON.stringify([...collaborators]);
    if (shown !== this.collaboratorsShown) {
      this.collaboratorsShown = shown;
      api.updateScene({ collaborators });
    }
    const names = JSON.stringify(people.map(({ clientId, user }) => [clientId, user]));
    if (names !== this.peopleShown) {
      this.peopleShown = names;
      this.options.people(people);
    }
    this.exchangeImages();
    this.options.changed();
  }

  private exchangeImages(): void {
    const { api } = this.options;
    this.images.sceneChanged(api.getSceneElementsIncludingDeleted(), api.getFiles(), this.binding.writable);
  }

  private presenceSoon(): void {
    if (this.presenceTimer !== undefined) return;
    const wait = Math.max(0, this.presenceSent + PRESENCE_MILLISECONDS - performance.now());
    this.presenceTimer = setTimeout(() => this.sendPresence(), wait);
  }

  private lastPresence = "";

  private sendPresence(): void {
    clearTimeout(this.presenceTimer);
    this.presenceTimer = undefined;
    this.presenceSent = performance.now();
    const { awareness, api } = this.options;
    const fields = {
      pointer: this.pointer,
      selection: Object.keys(api.getAppState().selectedElementIds),
      ...strokeFields(this.binding.writable ? this.binding.inProgress() : []),
    };
    const text = JSON.stringify(fields);
    if (text === this.lastPresence) return;
    this.lastPresence = text;
    awareness.setLocalState({ ...awareness.getLocalState(), ...fields });
  }
}
