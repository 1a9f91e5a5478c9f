import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../texts/texts.js';
import { Icon } from './icon.js';

interface SheetProps {
  readonly title: string;
  readonly close: () => void;
  readonly wide?: boolean;
  /** Whether it has all of its height on a phone from the first: what is in it comes in over a few frames. */
  readonly tall?: boolean;
  readonly children: ComponentChildren;
}

/** A panel over the page, at its side or at the bottom of a phone. The browser keeps the focus in it. */
export function Sheet({ title, close, wide = false, tall = false, children }: SheetProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  // At once: keys that were pressed in between would go on behind it, and closing it would lead there.
  useLayoutEffect(() => {
    const { current } = dialog;
    current?.showModal();
    return () => current?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      class={`sheet${wide ? ' sheet-wide' : ''}${tall ? ' sheet-tall' : ''}`}
      aria-label={title}
      onClose={close}
      onClick={({ target, currentTarget }) => {
        // The backdrop belongs to the dialog, and its content does not reach there.
        if (target === currentTarget) close();
      }}
    >
      <div class="sheet-inside">
        <header class="sheet-head">
          <h2>{title}</h2>
          <button class="round" type="button" aria-label={t.value.close} onClick={close}>
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
