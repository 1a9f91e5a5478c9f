/** The words of `image_jobs.state`. Apart from the GraphQL types, which an import does without. */
export enum ImageJobState {
  WAITING = 'WAITING',
  DEAD = 'DEAD',
}
