// SPDX-License-Identifier: MIT
// Answers as the state of a component: kept while they are asked for anew, with what went wrong.
import { useEffect, useRef, useState } from "preact/hooks";
import { ask, Fault } from "./api";

export interface Answers<T> {
  answers: Partial<T>;
  faults: { [name in keyof T]?: Fault };
  isLoading: boolean;
  /** Once all that was asked last is answered or refused. */
  isDone: boolean;
}

const seen = new Map<string, unknown>(); // by path, so that going back shows at once what was there

/** Nobody sees what another who was logged in has seen. */
export const forget = (): void => seen.clear();

function keep(path: string, answer: unknown): void {
  if (seen.size > 100) seen.clear();
  seen.set(path, answer);
}

/** `questions`: paths by name, null: not yet. They are asked again where one changes, and with each `turn`. */
export function useAnswers<T extends object>(questions: { [name in keyof T]: string | null }, turn: unknown,
                                             onFault: (fault: Fault) => void): Answers<T> {
  const names = Object.keys(questions) as (keyof T & string)[];
  const wanted = names.map((each) => questions[each]);
  const [state, set] = useState<Answers<T>>({ answers: {}, faults: {}, isLoading: true, isDone: false });
  const round = useRef(0);
  useEffect(() => {
    const mine = ++round.current;
    const abort = new AbortController();
    const faults: Answers<T>["faults"] = {};
    let left = names.filter((each) => questions[each] !== null).length;
    const update = (name: keyof T & string, answer: unknown, fault?: Fault) => {
      if (mine !== round.current) return;
      --left;
      if (fault) faults[name] = fault;
      set((old) => ({
        answers: fault ? old.answers : { ...old.answers, [name]: answer },
        faults: { ...faults }, isLoading: left > 0, isDone: left === 0,
      }));
    };
    set((old) => {
      const answers: Partial<T> = { ...old.answers };
      for (const each of names) {
        const path = questions[each];
        if (path !== null && seen.has(path)) answers[each] = seen.get(path) as T[typeof each];
      }
      return { answers, faults: old.faults, isLoading: left > 0, isDone: old.isDone && left > 0 };
    });
    for (const each of names) {
      const path = questions[each];
      if (path === null) continue;
      ask(path, abort.signal).then((answer) => {
        keep(path, answer);
        update(each, answer);
      }, (cause: unknown) => {
        if (!(cause instanceof Fault)) return;
        onFault(cause);
        update(each, null, cause);
      });
    }
    return () => abort.abort();
  }, [...wanted, turn]);
  return state;
}

/** What went wrong with the collector or its store, rather than with one question. */
export function awayOf<T>(answers: Answers<T>): Fault | undefined {
  return (Object.values(answers.faults) as (Fault | undefined)[]).find((each) => each?.isAway);
}
