import { useEffect, useState } from 'preact/hooks';
import { turnedAway } from '../api/turned-away.js';
import { t } from '../texts/texts.js';

/** Shorter waits are not worth a word. */
const QUIET_MS = 3_000;

/** Says that the gateway is busy when something has been waiting for it. */
export function Busy() {
  const isWaiting = turnedAway.value > 0;
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    setLong(false);
    if (!isWaiting) return;
    const timer = setTimeout(() => setLong(true), QUIET_MS);
    return () => clearTimeout(timer);
  }, [isWaiting]);
  const isShown = isWaiting && isLong;
  return (
    <p class={isShown ? 'told told-busy' : 'unseen'} role="status">
      {isShown ? t.value.busy : ''}
    </p>
  );
}
