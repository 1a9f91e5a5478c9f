/** What the server itself needs of the context that resolvers get. */
export interface ServerContext {
  /** Names the request in the log and in masked errors. */
  readonly requestId: string;
  /**
   * Chooses the channel of the operation, from `@inContext(channel:)`; called before anything is resolved.
   *
   * @throws RequestError UNKNOWN_CHANNEL
   */
  useChannel(handle: string): Promise<void>;
  /** The same request for the next event of its subscription: in the same channel, with nothing read yet. */
  forNextEvent(): ServerContext;
}

/** What a context is made from. */
export interface RequestFacts {
  readonly requestId: string;
  /** Scheme and authority that the client used, without a slash at the end: `http://127.0.0.1:4000`. */
  readonly publicUrl: string;
  /** IP address of the client: of the connection, or what a trusted proxy says it is. */
  readonly clientAddress: string;
  /** The Authorization that came with it, as it came; null: none. */
  readonly authorization: string | null;
}
