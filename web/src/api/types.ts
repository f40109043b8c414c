import type { components } from "./schema";

type Schemas = components["schemas"];

export type Me = Schemas["Me"];
export type ClassRoom = Schemas["Class"];
export type Member = Schemas["Member"];
export type BoardDocument = Schemas["Document"];
export type DocumentAccess = Schemas["DocumentShares"];
export type AccountRow = Schemas["Account"];
export type Role = AccountRow["role"];
export type SignOnAccount = Schemas["SignOnAccount"];
export type SignIn = Schemas["SignIn"];
export type AuditEntry = Schemas["AuditEntry"];
export type HistoryBurst = Schemas["Burst"];
export type OpenRoom = Schemas["Room"];
export type RoomSession = Schemas["RoomSession"];
export type ClassSession = Schemas["Session"];
export type SessionVideo = Schemas["Video"];
export type Poll = Schemas["Poll"];
export type StageShowing = Schemas["StageShowing"];
export type StageRequest = Schemas["StageRequest"];
export type AccessLevel = DocumentAccess["students"];
export type ClassFile = Schemas["ClassFile"];
