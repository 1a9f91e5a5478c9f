import type { BoardServices } from '../boards/board-services.js';
import type { DesignProgress } from './design-progress.js';
import type { DesignEngineName } from './order.js';
import type { TechPacks } from './tech-packs.js';

/** The services for designs, in addition to those for boards and searches. */
export interface DesignServices extends BoardServices {
  /** The engines that workers have. */
  readonly designEngines: ReadonlySet<DesignEngineName>;
  readonly designProgress: DesignProgress;
  readonly techPacks: TechPacks;
}
