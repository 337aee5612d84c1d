/** Shapes of the public API (schema.d.ts), under the names this app uses. */
import type { Schemas } from '../../../core/schema.d.ts'

export type Page<T> = { items: T[]; next_cursor: string | null }

export type Category = Schemas['FeedbackCategory']
export type Policy = Schemas['Policy']
export type Community = Schemas['Community']
export type CommuneFound = Schemas['Commune']
export type CommuneDetail = Schemas['CommuneDetail']
export type Located = Schemas['Located']
export type Picture = Schemas['ArticleCover']
export type ArticleItem = Schemas['ArticleCard']
export type Article = Schemas['ArticleReading']
export type BroadcastItem = Schemas['BroadcastItem']
export type Broadcast = Schemas['BroadcastDetail']
export type OutcomeItem = Schemas['PublicFeedback']
export type Tracking = Schemas['FeedbackThread']
export type MyFeedback = Schemas['MyFeedback']
export type PrivacyNotice = Schemas['PrivacyNotice']
export type Me = Schemas['MeView']
