// The page's side of the engine: questions go to the worker one by one; one that takes too long ends with the worker.

import type { Question, Reply, Setup } from "./protocol.js";

export class Stopped extends Error {}

export class Engine {
  private worker: Worker | undefined;
  private ready: Promise<Reply> | undefined;
  private waiting = new Map<number, { resolve: (reply: Reply) => void; reject: (error: Error) => void }>();
  private count = 0;

  constructor(
    private readonly script: URL,
    private readonly setup: Setup,
  ) {}

  /** Load the engine and the graph, if they are not there yet. */
  start(): Promise<Reply> {
    if (this.ready) return this.ready;
    this.worker = new Worker(this.script);
    this.worker.onmessage = ({ data }: MessageEvent<Reply>) => this.settle(data);
    this.worker.onerror = (event) => this.end(new Error(event.message || "the engine cannot be loaded"));
    this.ready = this.expect(0);
    this.worker.postMessage({ setup: this.setup });
    return this.ready;
  }

  /** The answer to a question. Rejects with Stopped when `stop` is called or `seconds` have passed. */
  async ask(question: Question, seconds = 30): Promise<Reply> {
    await this.start();
    const id = ++this.count;
    const reply = this.expect(id);
    const timer = setTimeout(() => this.stop(`The query was ended after ${seconds} seconds.`), seconds * 1000);
    this.worker?.postMessage({ id, question });
    return reply.finally(() => clearTimeout(timer));
  }

  /** End whatever runs. The next question starts the engine anew. */
  stop(why = "The query was stopped."): void {
    this.end(new Stopped(why));
  }

  private expect(id: number): Promise<Reply> {
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  private settle(reply: Reply): void {
    const asked = this.waiting.get(reply.id);
    this.waiting.delete(reply.id);
    if (reply.error === undefined) return asked?.resolve(reply);
    asked?.reject(new Error(reply.error));
    if (reply.id === 0) this.end(new Error(reply.error));
  }

  private end(error: Error): void {
    this.worker?.terminate();
    this.worker = this.ready = undefined;
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}
