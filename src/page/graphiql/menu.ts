import type { OperationGroup, SampleOperation } from './operations.js';

/** Fills the menu of sample operations. Each is a link, so that it can be opened in another window and sent to others. */
export function fillMenu(menu: HTMLElement, groups: readonly OperationGroup[]): void {
  menu.append(
    ...groups.map(({ title, operations }) =>
      element('section', {}, [
        element('h2', { textContent: title }),
        element('ul', {}, operations.map(entry)),
      ]),
    ),
  );
}

const entry = ({ name, kind, about }: SampleOperation): HTMLElement =>
  element('li', {}, [
    element('a', { href: `?${new URLSearchParams({ operation: name }).toString()}` }, [
      element('b', { textContent: name }),
      ...(kind === 'query' ? [] : [element('i', { textContent: kind })]),
      element('span', { textContent: about }),
    ]),
  ]);

function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Partial<HTMLElementTagNameMap[Tag]>,
  children: readonly Node[] = [],
): HTMLElementTagNameMap[Tag] {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** A menu closes on Escape, and when something else is used. */
export function closeWhenLeft(details: HTMLDetailsElement): void {
  document.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape' || !details.open) return;
    details.open = false;
    details.querySelector('summary')?.focus();
  });
  document.addEventListener(
    'pointerdown',
    ({ target }) => {
      if (target instanceof Node && !details.contains(target)) details.open = false;
    },
    // Also what GraphiQL keeps to itself.
    { capture: true },
  );
}
