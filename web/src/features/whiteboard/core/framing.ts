/** What of a board is seen, in units of the board. */
export interface Camera {
  readonly scrollX: number;
  readonly scrollY: number;
  readonly zoom: number;
}

export interface CanvasView extends Camera {
  readonly width: number;
  readonly height: number;
  /** Somebody draws or writes right now. */
  readonly busy: boolean;
}

/** What framing needs of a canvas. */
export interface FramedCanvas {
  readonly view: () => CanvasView;
  /** Bring everything into sight; false where there is nothing. */
  readonly showAll: () => boolean;
  /** How far what is drawn reaches, where not all of it is in sight; else null. */
  readonly beyond: () => string | null;
  readonly scroll: (to: Pick<Camera, "scrollX" | "scrollY">) => void;
}

/**
 * Keeps a board in its frame when the frame changes, because a panel opens beside it, say.
 *
 * Who has not looked elsewhere goes on seeing all of it; who has keeps in the middle what is in the middle. Where nobody steers
 * (`follows`), all of it stays in sight, also what comes to it.
 */
export class Framing {
  private size: { width: number; height: number };
  /** Where the canvas was put; null before it has said so. */
  private all: Camera | null = null;
  private showing = false;
  private followed: string | null = null;

  constructor(
    private readonly canvas: FramedCanvas,
    private readonly follows = false,
  ) {
    const { width, height } = canvas.view();
    this.size = { width, height };
    this.showAll();
  }

  /** The canvas reports a change of scene or view. */
  changed(): void {
    const now = this.canvas.view();
    const before = this.size;
    if (now.width === before.width && now.height === before.height) {
      if (this.showing) {
        this.showing = false;
        this.all = now;
      } else if (this.follows) this.follow();
      return;
    }
    // Hidden, it has no size: it comes back to the one that it had, or to another.
    if (now.width === 0 || now.height === 0) return;
    this.size = { width: now.width, height: now.height };
    if (now.busy) return;
    if (this.follows || this.showing || (this.all !== null && same(this.all, now))) this.showAll();
    else if (before.width > 0 && before.height > 0) {
      this.canvas.scroll({
        scrollX: now.scrollX + (now.width - before.width) / 2 / now.zoom,
        scrollY: now.scrollY + (now.height - before.height) / 2 / now.zoom,
      });
    }
  }

  /** Once for each extent: of what is larger than any frame, a part stays out of sight. */
  private follow(): void {
    const beyond = this.canvas.beyond();
    if (beyond !== null && beyond !== this.followed) {
      this.followed = beyond;
      this.showAll();
    }
  }

  private showAll(): void {
    this.showing = this.canvas.showAll();
  }
}

function same(one: Camera, other: Camera): boolean {
  return one.scrollX === other.scrollX && one.scrollY === other.scrollY && one.zoom === other.zoom;
}
