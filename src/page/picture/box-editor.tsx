import { useEffect, useRef, useState } from 'preact/hooks';
import type { Box } from '../place.js';
import { recall, remember } from '../storage.js';
import { number, t, word } from '../texts/texts.js';
import { tell } from '../ui/said.js';
import { useWidth } from '../ui/use-width.js';
import { around, between, holds, isIn, isSame, moved, resized, WHOLE } from './box.js';
import { spread } from './dots.js';
import { useStrokes } from './strokes.js';

export interface Found {
  readonly box: Box;
  /** A handle of a category; null when it is unknown. */
  readonly name: string | null;
}

interface BoxEditorProps {
  readonly src: string;
  readonly width: number;
  readonly height: number;
  /** What is searched for; null: the whole picture. */
  readonly box: Box | null;
  /** What the gateway searched for by itself, in a picture of a person. */
  readonly region: Box | null;
  readonly found: readonly Found[];
  /** Whether the shopper asked to draw: then no stroke on the picture scrolls the page. */
  readonly isDrawing: boolean;
  /** With `isStep`, a move with keys that goes on with the one before it. */
  readonly choose: (box: Box | null, isStep?: boolean) => void;
}

/** Further than a finger trembles. */
const DRAG_PX = 6;
/** Enough to see where a stroke goes. */
const AIM_PX = 14;
const KEY_STEP = 0.02;
/** Keys are pressed several times in a row. */
const KEY_PAUSE_MS = 350;

/** About the width of the names beside dots, which decides only where there is room for them. */
const LETTER_PX = 6.5;
const NAME_EDGES_PX = 20;

const HINTED = 'vitrine.strokes';

/** Says once how a steep stroke draws: most strokes up and down are meant to scroll. */
function hintAtRest(): void {
  if (recall(HINTED) !== null) return;
  remember(HINTED, 'told');
  tell(t.value.restFirst);
}

const percent = (value: number): string => number(value * 100);

interface Drag {
  readonly x: number;
  readonly y: number;
  readonly how: 'draw' | 'move' | Corner;
  readonly from: Box | null;
  /** A stroke may begin on a dot, which is only chosen by a tap. */
  readonly isOnDot: boolean;
  /** A finger that begins outside of the box, but within reach of a corner, may mean either until it is seen to aim. */
  readonly isBeside: boolean;
  readonly moved: boolean;
}

const CORNERS = ['nw', 'ne', 'sw', 'se'] as const;
type Corner = (typeof CORNERS)[number];
const isCorner = (text: string | undefined): text is Corner => CORNERS.some((corner) => corner === text);

/** The picture with its dots, and the box to draw, move, and resize with a finger, a mouse, and keys. */
export function BoxEditor({ src, width, height, box, region, found, isDrawing, choose }: BoxEditorProps) {
  const stage = useRef<HTMLDivElement>(null);
  const frame = useRef<HTMLButtonElement>(null);
  const drag = useRef<Drag | null>(null);
  const pause = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  /** The box that keys moved last. */
  const stepped = useRef<Box | null>(null);
  const [draft, setDraft] = useState<Box | null>(null);
  useEffect(() => {
    setDraft(null);
    // What was moved before somebody went back must not come after it.
    return () => clearTimeout(pause.current);
  }, [box]);
  useStrokes(stage, isDrawing, hintAtRest);
  const shown = draft ?? box;
  const stageWidth = useWidth(stage);
  const stageHeight = (stageWidth * height) / width;
  const spots = spread(
    found.map(({ box: item, name }) => ({
      x: (item.x + item.width / 2) * stageWidth,
      y: (item.y + item.height / 2) * stageHeight,
      nameWidth: name === null ? null : word(name).length * LETTER_PX + NAME_EDGES_PX,
    })),
    { width: stageWidth, height: stageHeight, beside: roomBeside(stage.current) },
  );
  // A box of one's own is about what is in it, which no dot may cover.
  const own = shown !== null && !found.some(({ box: item }) => isSame(shown, item)) ? shown : null;

  /** Where the pointer is, in fractions of the picture. */
  const at = ({ clientX, clientY }: PointerEvent): [number, number] => {
    const bounds = stage.current?.getBoundingClientRect();
    if (bounds === undefined) return [0, 0];
    return [(clientX - bounds.left) / bounds.width, (clientY - bounds.top) / bounds.height];
  };
  const settle = (next: Box): void => {
    setDraft(next);
    choose(next);
  };
  const begin = (event: PointerEvent): void => {
    if (event.button !== 0 || !(event.target instanceof HTMLElement)) return;
    // Two fingers enlarge the page: what the first one began is no box.
    if (!event.isPrimary) {
      drag.current = null;
      setDraft(null);
      return;
    }
    const isOnDot = event.target.closest('.dot') !== null;
    const { corner } = event.target.dataset;
    const [x, y] = at(event);
    const onFrame = event.target.closest('.frame') !== null;
    drag.current = {
      x,
      y,
      how: isCorner(corner) ? corner : onFrame ? 'move' : 'draw',
      from: shown,
      isOnDot,
      // A mouse shows what it is about to do.
      isBeside:
        event.pointerType !== 'mouse' &&
        isCorner(corner) &&
        shown !== null &&
        !isIn(shown, x, y) &&
        // Beyond the picture, nothing begins.
        isIn(WHOLE, x, y),
      moved: false,
    };
    // A dot that is let go where it was pressed is chosen.
    if (!isOnDot) stage.current?.setPointerCapture(event.pointerId);
  };
  const follow = (event: PointerEvent): void => {
    const { current } = drag;
    const bounds = stage.current?.getBoundingClientRect();
    if (current === null || bounds === undefined) return;
    // The button was let go where the page did not see it.
    if (event.pointerType === 'mouse' && event.buttons === 0) {
      drag.current = null;
      setDraft(null);
      return;
    }
    const [x, y] = at(event);
    const right = (x - current.x) * bounds.width;
    const down = (y - current.y) * bounds.height;
    const far = Math.hypot(right, down);
    if (!current.moved && far < DRAG_PX) return;
    if (!current.moved) stage.current?.setPointerCapture(event.pointerId);
    const isAimed = current.isBeside && far >= AIM_PX;
    const next: Drag = {
      ...current,
      how: isAimed && isPast(current.how, right, down) ? 'draw' : current.how,
      isBeside: current.isBeside && !isAimed,
      moved: true,
    };
    drag.current = next;
    setDraft(dragged(next, x, y));
  };
  const end = (event: PointerEvent): void => {
    const { current } = drag;
    drag.current = null;
    if (current === null || (current.isOnDot && !current.moved)) return;
    const [x, y] = at(event);
    if (current.moved) settle(dragged(current, x, y));
    // A tap on the picture asks for what is there.
    else if (current.how === 'draw') settle(around(x, y));
    // Keys go on where a mouse was; a finger has none, and needs no ring around what it drew.
    if (event.pointerType !== 'touch') frame.current?.focus({ preventScroll: true });
  };
  const press = (event: KeyboardEvent): void => {
    if (shown === null) return;
    if (event.key === 'Delete' || event.key === 'Backspace' || event.key === 'Escape') {
      event.preventDefault();
      // What was moved a moment ago must not come back.
      clearTimeout(pause.current);
      setDraft(null);
      choose(null);
      return;
    }
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const change = event.shiftKey ? resized : moved;
    const next = change(shown, step[0] * KEY_STEP, step[1] * KEY_STEP);
    setDraft(next);
    clearTimeout(pause.current);
    pause.current = setTimeout(() => {
      choose(next, stepped.current !== null && box !== null && isSame(stepped.current, box));
      stepped.current = next;
    }, KEY_PAUSE_MS);
  };
  return (
    <div
      ref={stage}
      class={shown === null ? 'stage' : 'stage stage-boxed'}
      style={{
        aspectRatio: `${width} / ${height}`,
        '--ratio': `${width / height}`,
        ...(shown === null ? {} : cutout(shown)),
      }}
      onPointerDown={begin}
      onPointerMove={follow}
      onPointerUp={end}
      onPointerCancel={() => {
        drag.current = null;
        setDraft(null);
      }}
    >
      <img src={src} width={width} height={height} alt={t.value.yourPicture} draggable={false} />
      {region === null || shown !== null ? null : <span class="region" style={placed(region)} />}
      {shown === null ? null : (
        <button
          ref={frame}
          type="button"
          class="frame"
          style={placed(shown)}
          aria-label={t.value.frame(
            percent(shown.x),
            percent(shown.y),
            percent(shown.width),
            percent(shown.height),
          )}
          onKeyDown={press}
        >
          {CORNERS.map((corner) => (
            <span key={corner} class={`corner corner-${corner}`} data-corner={corner} />
          ))}
        </button>
      )}
      {stageWidth === 0
        ? null
        : found.map(({ box: item, name }, index) => {
            const spot = spots[index];
            // The events of a finger end with the element on which they began.
            const isDragged = drag.current?.isOnDot === true;
            if (spot === undefined || (own !== null && !isDragged && holds(own, item))) return null;
            return (
              <button
                key={index}
                type="button"
                class={`dot dot-${spot.name ?? 'unnamed'}`}
                style={{ left: `${spot.x}px`, top: `${spot.y}px` }}
                aria-pressed={shown !== null && isSame(shown, item)}
                aria-label={name === null ? t.value.item(index + 1) : t.value.itemNamed(word(name))}
                onClick={() => choose(shown !== null && isSame(shown, item) ? null : item)}
              >
                <span class="dot-name" style={{ '--aside': `${spot.aside}px` }}>
                  {name === null ? t.value.item(index + 1) : word(name)}
                </span>
              </button>
            );
          })}
    </div>
  );
}

/** On each side of the picture, within the column that it is in, in pixels. */
const roomBeside = (stage: HTMLElement | null): number =>
  stage?.parentElement == null ? 0 : (stage.parentElement.clientWidth - stage.clientWidth) / 2;

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The picture is not mirrored for right-to-left readers, so neither are places in it. */
const placed = ({ x, y, width, height }: Box) => ({
  left: `${x * 100}%`,
  top: `${y * 100}%`,
  width: `${width * 100}%`,
  height: `${height * 100}%`,
});

/** For the shade around the box. */
const cutout = ({ x, y, width, height }: Box) => ({
  '--x': `${x * 100}%`,
  '--y': `${y * 100}%`,
  '--right': `${(x + width) * 100}%`,
  '--bottom': `${(y + height) * 100}%`,
});

/**
 * Whether a stroke from a corner goes past it, to make one side of the box longer and the other shorter: it is no change
 * of this box, but another one that begins beside it.
 */
function isPast(corner: Drag['how'], right: number, down: number): boolean {
  if (!isCorner(corner)) return false;
  const wider = corner.endsWith('w') ? -right : right;
  const higher = corner.startsWith('n') ? -down : down;
  return wider * higher < 0 && Math.min(Math.abs(right), Math.abs(down)) > ALONG * Math.hypot(right, down);
}
/** A stroke along a side of the box is not straight: up to about 20°. */
const ALONG = 0.35;

/** What the box becomes when the pointer is here. */
function dragged({ how, from, x: fromX, y: fromY }: Drag, x: number, y: number): Box {
  if (how === 'draw' || from === null) return between(fromX, fromY, x, y);
  if (how === 'move') return moved(from, x - fromX, y - fromY);
  const right = from.x + from.width;
  const bottom = from.y + from.height;
  return between(
    how.endsWith('w') ? x : from.x,
    how.startsWith('n') ? y : from.y,
    how.endsWith('w') ? right : x,
    how.startsWith('n') ? bottom : y,
  );
}
