/** People in line: each gets ready in their own time, and has their turn when all who came before have had theirs. */
export class Line {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * What `begin` answers. It is called once `ready` is there and everyone before has begun, which is not to say: has ended.
   * @throws whatever `ready` or `begin` throws; whoever comes next is not held up by it.
   */
  async turn<Ready, Answer>(ready: Promise<Ready>, begin: (ready: Ready) => Promise<Answer>): Promise<Answer> {
    ready.catch(() => {}); // awaited below, when its turn comes
    const begun = this.#last.then(async () => {
      const value = await ready;
      return { answer: begin(value) }; // in a box, because a promise would be waited for here
    });
    this.#last = begun.catch(() => {}); // its failure is for whoever waits for it
    return (await begun).answer;
  }
}
