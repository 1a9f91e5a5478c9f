import type { ComponentType, RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { reloadForUpgrade } from '../reload.js';
import { t } from '../texts/texts.js';
import { focusSoon } from '../ui/keep-focus.js';
import { jobOf } from './kept-jobs.js';
import type { StudioProps } from './studio.js';

interface DesignItProps extends StudioProps {
  /** To be kept where it is while what is above it changes. */
  readonly element: RefObject<HTMLElement | null>;
}

/** Offers to design from a board, and shows what was ordered before. All but the offer is loaded when it is needed. */
export function DesignIt({ element, ...props }: DesignItProps) {
  const [Studio, setStudio] = useState<ComponentType<StudioProps> | null>(null);
  const open = (): Promise<void> =>
    import('./studio.js').then((file) => setStudio(() => file.Studio), reloadForUpgrade);
  const isExpected = jobOf(props.board) !== null;
  useEffect(() => {
    if (isExpected) void open();
  }, [props.board]);
  return (
    <section
      class={isExpected ? 'studio studio-expected' : 'studio'}
      tabIndex={-1}
      aria-labelledby="studio"
      ref={element}
    >
      <h2 id="studio">{t.value.designIt}</h2>
      <p class="studio-promise">{t.value.designPromise}</p>
      {Studio !== null ? (
        <Studio key={props.board} {...props} />
      ) : isExpected ? null : (
        <button
          class="button"
          type="button"
          onClick={() => void open().then(() => focusSoon('.studio .chip'))}
        >
          {t.value.designIt}
        </button>
      )}
    </section>
  );
}
