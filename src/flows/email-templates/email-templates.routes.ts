import type { Database } from '../../platform/database/database.ts'
import type { Vault } from '../../platform/secrets.ts'
import { type Route, route } from '../../team/route.ts'
import type { BlockRegistry } from '../block.ts'
import { createEmailTemplate } from './create-email-template.ts'
import { deleteEmailTemplate } from './delete-email-template.ts'
import * as calls from './email-templates.schemas.ts'
import { listEmailTemplates } from './email-templates.store.ts'
import { getEmailTemplate } from './get-email-template.ts'
import { previewEmailTemplate } from './preview-email-template.ts'
import { updateEmailTemplate } from './update-email-template.ts'

interface Parts {
  db: Database
  vault: Vault
  blocks: BlockRegistry
}

/** The calls about e-mail templates. */
export function emailTemplatesRoutes(parts: Parts): Route[] {
  const { db } = parts
  return [
    route(calls.getEmailTemplates, ({ context, query }) => listEmailTemplates(db, context.projectId, query)),
    route(calls.postEmailTemplate, ({ context, body }) =>
      db.transaction((tx) => createEmailTemplate(tx, context, body)),
    ),
    route(calls.getEmailTemplateById, ({ context, params }) => getEmailTemplate(db, context.projectId, params.id)),
    route(calls.patchEmailTemplate, ({ context, params, body }) =>
      db.transaction((tx) => updateEmailTemplate(tx, context, { ...body, templateId: params.id })),
    ),
    route(calls.removeEmailTemplate, ({ context, params }) =>
      db.transaction((tx) => deleteEmailTemplate(tx, context, { templateId: params.id })),
    ),
    route(calls.postEmailTemplatePreview, ({ context, params, body }) =>
      previewEmailTemplate(parts, context, { ...body, templateId: params.id }),
    ),
  ]
}
