import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/**
 * Brings keys into the document over several frames, so that no frame takes long: those that are there stay, and at
 * most `most` come with each frame, in the order of `wished`.
 */
export function useMounted(wished: readonly string[], most: number): ReadonlySet<string> {
  const mounted = useRef<ReadonlySet<string>>(new Set());
  const [, setFrame] = useState(0);
  const old = wished.filter((key) => mounted.current.has(key));
  const fresh = wished.filter((key) => !mounted.current.has(key));
  const now = new Set([...old, ...fresh.slice(0, most)]);
  useLayoutEffect(() => {
    mounted.current = now;
    if (fresh.length <= most) return;
    // After the frame with these, and not in it.
    let timer: ReturnType<typeof setTimeout> | undefined;
    const next = requestAnimationFrame(() => {
      timer = setTimeout(() => setFrame((frame) => frame + 1));
    });
    return () => {
      cancelAnimationFrame(next);
      clearTimeout(timer);
    };
  });
  return now;
}
