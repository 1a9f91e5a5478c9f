/** The values of `image_jobs.state`. Separate from the GraphQL types, because an import does not load those. */
export enum ImageJobState {
  WAITING = 'WAITING',
  DEAD = 'DEAD',
}
