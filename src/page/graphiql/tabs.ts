/**
 * Makes tabs stay where they are. GraphiQL lets them be dragged into another order, and whenever a tab, their list, or the
 * window changes its size, it moves the tabs within the room that they could be dragged in. It hides that until a tab has
 * the focus: then the tab jumps away from the pointer that presses it, and is not clicked. Here they cannot be dragged;
 * graphiql.css hides the rest.
 */
export function keepTabsInPlace(graphiql: HTMLElement): void {
  graphiql.addEventListener(
    'pointerdown',
    (event) => {
      if (event.target instanceof Element && event.target.closest('.graphiql-tab') !== null)
        event.stopPropagation();
    },
    { capture: true },
  );
}
