/**
 * Keeps keys and readers where they are when the page takes away what has the focus, as a filter that was given up: what
 * was beside it gets the focus, or the nearest thing around it that can have it. To be called once.
 */
export function keepFocus(): void {
  let around: readonly HTMLElement[] = [];
  addEventListener('focusin', ({ target }) => {
    around = target instanceof HTMLElement ? [target, ...besideOf(target), ...aroundOf(target)] : [];
  });
  // Whoever points elsewhere has left.
  addEventListener('pointerdown', () => {
    around = [];
  });
  new MutationObserver(() => {
    const [last] = around;
    if (last === undefined || last.isConnected || document.activeElement !== document.body) return;
    const next = around.find((element) => element.isConnected) ?? document.getElementById('main');
    next?.focus({ preventScroll: true });
  }).observe(document.body, { childList: true, subtree: true });
}

/** Gives the focus to what a change of the page is about to show. */
export function focusSoon(selector: string): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>(selector)?.focus({ preventScroll: true }));
}

const besideOf = ({ nextElementSibling, previousElementSibling }: HTMLElement): HTMLElement[] =>
  [nextElementSibling, previousElementSibling].filter(
    (element): element is HTMLElement => element instanceof HTMLElement && element.matches('button, a[href]'),
  );

/** What is around an element and can have the focus, nearest first. */
function aroundOf(element: HTMLElement): HTMLElement[] {
  const next = element.parentElement?.closest<HTMLElement>('[tabindex]') ?? null;
  return next === null ? [] : [next, ...aroundOf(next)];
}
