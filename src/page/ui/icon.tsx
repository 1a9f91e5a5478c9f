const PATHS = {
  camera: 'M4 8h3l1.6-2.5h6.8L17 8h3v11H4z M12 16.6a3.4 3.4 0 1 0 0-6.8 3.4 3.4 0 0 0 0 6.8',
  picture: 'M4 5h16v14H4z M4 16l4.5-4.5 4 4 2.5-2.5 5 5 M15.5 10.2a1.2 1.2 0 1 0 0-2.4 1.2 1.2 0 0 0 0 2.4',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14 M16 16l4.5 4.5',
  heart: 'M12 19.5s-7.5-4.6-7.5-10A4.2 4.2 0 0 1 12 7a4.2 4.2 0 0 1 7.5 2.5c0 5.4-7.5 10-7.5 10z',
  close: 'M6 6l12 12 M18 6L6 18',
  filter:
    'M4 7h10 M18 7h2 M4 17h2 M10 17h10 M16 9.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4 M8 19.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4',
  similar: 'M5 5h9v9H5z M10 14v5h9v-9h-5',
  share: 'M12 15V4.5 M8 8l4-3.8L16 8 M6 12v7.5h12V12',
  less: 'M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17 M8 12h8',
  longer: 'M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17 M12 7.5V12l3 2',
  back: 'M14.5 5.5L8 12l6.5 6.5',
  code: 'M9 7l-5 5 5 5 M15 7l5 5-5 5',
  whole: 'M5 9V5h4 M15 5h4v4 M19 15v4h-4 M9 19H5v-4',
} as const;

export type IconName = keyof typeof PATHS;

/** A drawing beside a text or in a labeled button; nothing by itself. */
export const Icon = ({ name }: { readonly name: IconName }) => (
  <svg class={`icon icon-${name}`} viewBox="0 0 24 24" aria-hidden="true">
    <path d={PATHS[name]} />
  </svg>
);
