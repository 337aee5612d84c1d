/** The console's calls: core's, and a session that ran out asks for the password over the page, then goes on. */
import {
  type Answer,
  type FieldErrors,
  Problem,
  get as plainGet,
  request as plainRequest,
  send as plainSend,
  type SendOptions,
  Unreachable,
} from '../../../core/api.ts'
import { has, t } from '../../../core/i18n.ts'
import { session, signInAgain } from './session.svelte.ts'

export type { Answer, FieldErrors, Query, SendOptions } from '../../../core/api.ts'
export { API, Problem, Unreachable, url } from '../../../core/api.ts'

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (problem) {
    if (!(problem instanceof Problem && problem.status === 401) || session.status !== 'in') throw problem
    // Nobody's request goes out under the cookies of whoever sat down after them.
    if (!(await signInAgain())) throw problem
    return work()
  }
}

export const get = <T>(path: string, options: SendOptions = {}): Promise<T> => guarded(() => plainGet<T>(path, options))

export const send = <T>(method: string, path: string, body?: unknown, options: SendOptions = {}): Promise<Answer<T>> =>
  guarded(() => plainSend<T>(method, path, body, options))

/** A read with its ETag. */
export const request = <T>(
  method: string,
  path: string,
  body?: unknown,
  options: SendOptions = {},
): Promise<Answer<T>> => guarded(() => plainRequest<T>(method, path, body, options))

/** One sentence for a person, whatever went wrong. */
export function explain(problem: unknown): string {
  if (problem instanceof Unreachable) return t('problem.unreachable')
  if (!(problem instanceof Problem)) return t('problem.unknown')
  if (problem.status === 403) return problem.said || t('problem.forbidden')
  if (problem.status === 404) return problem.said || t('problem.not_found')
  if (problem.status === 429) return t('problem.too_many', { seconds: problem.retryAfter ?? 60 })
  if (problem.status >= 500) return t('problem.server')
  return problem.said || t('problem.unknown')
}

/** What is wrong with one field of a form, in words; empty when nothing is. Codes are the server's (`too_long`, …). */
export function fieldError(errors: FieldErrors, name: string): string {
  const code = errors[name]?.[0]
  if (!code) return ''
  return has(`field_error.${code}`) ? t(`field_error.${code}`) : t('form.check')
}
