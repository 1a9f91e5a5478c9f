/** What is used of the library, whose own types do not resolve as modules of Node. */
declare module '@huggingface/tokenizers' {
  export class Tokenizer {
    /** The contents of tokenizer.json and tokenizer_config.json. */
    constructor(tokenizer: object, settings: object);
    encode(
      text: string,
      options?: { readonly add_special_tokens?: boolean },
    ): { readonly ids: readonly number[] };
    token_to_id(token: string): number | undefined;
  }
}
