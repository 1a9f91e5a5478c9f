import { useEffect, useRef, useState } from 'preact/hooks';
import { toFailure } from '../api/failure.js';
import { t } from '../texts/texts.js';
import { focusSoon } from '../ui/keep-focus.js';
import { say } from '../ui/said.js';
import { givenBack, type Held, holdAgain } from './holds.js';

/** Enough to see that a finger slipped, and to reach the button. */
const SHOWN_MS = 10_000;
/** What a shopper does who goes on with something else. */
const GOING_ON = ['pointerdown', 'keydown', 'wheel'] as const;

/** Says that a hold was given back, where its buttons were, and offers to hold it again. */
export function GivenBack({ held }: { readonly held: Held }) {
  const card = useRef<HTMLElement>(null);
  const [isAsking, setAsking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const title = held.hold.lines[0]?.sku?.product?.title ?? t.value.product;
  useEffect(() => {
    const leaving = new AbortController();
    const timer = setTimeout(() => {
      for (const type of GOING_ON) {
        addEventListener(type, leave, { signal: leaving.signal, capture: true, passive: true });
      }
    }, SHOWN_MS);
    // By itself, it would go away under a finger that aims at it, and "Give back" of another hold would come there.
    const leave = ({ target }: Event): void => {
      const isHere = target instanceof Node && card.current?.parentElement?.contains(target) === true;
      if (!isHere) givenBack.value = null;
    };
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
  }, [held, problem]);
  const again = async (): Promise<void> => {
    setAsking(true);
    try {
      const id = await holdAgain(held);
      say(t.value.heldSaid(title));
      focusSoon(`#${CSS.escape(`hold ${id}`)}`);
    } catch (error) {
      setProblem(t.value.holdProblem(toFailure(error).code));
    } finally {
      setAsking(false);
    }
  };
  return (
    <article class="hold hold-given" ref={card}>
      <p class="hold-what">
        <b>{title}</b>
        <small>{t.value.givenBack}</small>
      </p>
      <button class="button button-quiet" type="button" disabled={isAsking} onClick={() => void again()}>
        {t.value.holdAgain}
      </button>
      {problem === null ? null : (
        <p class="hold-problem" role="alert">
          {problem}
        </p>
      )}
    </article>
  );
}
