BEGIN TRANSACTION;
CREATE TABLE access_cards (
	iot_id TEXT NOT NULL, 
	card_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	project_id TEXT NOT NULL, 
	identity_id TEXT NOT NULL, 
	starts_ms INTEGER NOT NULL, 
	ends_ms INTEGER NOT NULL, 
	live INTEGER DEFAULT '1' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, end_reason TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_access_cards PRIMARY KEY (iot_id, card_id)
);
INSERT INTO "access_cards" VALUES('1','1','1',1,'1','1',1,1,1,1,1,'1');
CREATE TABLE access_credentials (
	id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	project_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	credential TEXT NOT NULL, 
	identity_id TEXT NOT NULL, 
	reach TEXT NOT NULL, 
	label TEXT NOT NULL, 
	starts_ms INTEGER NOT NULL, 
	ends_ms INTEGER NOT NULL, 
	sealed TEXT NOT NULL, 
	max_uses INTEGER NOT NULL, 
	used INTEGER NOT NULL, 
	live INTEGER DEFAULT '1' NOT NULL, 
	end_reason TEXT NOT NULL, 
	made_by TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	schedule TEXT DEFAULT '' NOT NULL, digits INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_access_credentials PRIMARY KEY (id)
);
INSERT INTO "access_credentials" VALUES(1,'1',1,'1','1','1','1','1','1',1,1,'1',1,1,1,'1','1',1,1,'1',1);
CREATE TABLE access_door_alarms (
	id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	iot_id TEXT NOT NULL, 
	door_name TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	temperature FLOAT, 
	times INTEGER NOT NULL, 
	raised_ms INTEGER NOT NULL, 
	last_ms INTEGER NOT NULL, 
	over_ms INTEGER, 
	received_ms INTEGER NOT NULL, taken_by TEXT DEFAULT '' NOT NULL, taken_ms INTEGER, closed_by TEXT DEFAULT '' NOT NULL, closed_ms INTEGER, outcome TEXT DEFAULT '' NOT NULL, outcome_note TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_access_door_alarms PRIMARY KEY (id)
);
INSERT INTO "access_door_alarms" VALUES(1,'1',1,'1','1','1',1.0,1,1,1,1,1,'1',1,'1',1,'1','1');
CREATE TABLE access_door_readings (
	community_id INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	ref TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	form TEXT NOT NULL, 
	alphabet TEXT NOT NULL, 
	length INTEGER NOT NULL, 
	prefix TEXT NOT NULL, 
	ble_name TEXT NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_access_door_readings PRIMARY KEY (community_id, kind, ref)
);
INSERT INTO "access_door_readings" VALUES(1,'1','1','1','1','1',1,'1','1',1);
CREATE TABLE access_door_scopes (
	iot_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	ref TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	created_ms INTEGER NOT NULL, 
	schedule TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_access_door_scopes PRIMARY KEY (iot_id, kind, ref)
);
INSERT INTO "access_door_scopes" VALUES('1','1','1','1',1,1,'1');
CREATE TABLE access_doors (
	iot_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	product_key TEXT NOT NULL, 
	device_name TEXT NOT NULL, 
	name TEXT NOT NULL, 
	space_id INTEGER, 
	direction TEXT NOT NULL, 
	sn TEXT DEFAULT '' NOT NULL, 
	ext_info TEXT DEFAULT '' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, call_space_id INTEGER, 
	CONSTRAINT pk_access_doors PRIMARY KEY (iot_id)
);
INSERT INTO "access_doors" VALUES('1','1',1,'1','1','1',1,'1','1','1',1,1,1);
CREATE TABLE access_keys (
	community_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	bits INTEGER NOT NULL, 
	public_key TEXT NOT NULL, 
	private_key TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	CONSTRAINT pk_access_keys PRIMARY KEY (community_id)
);
INSERT INTO "access_keys" VALUES(1,'1',1,'1','1',1);
CREATE TABLE access_passes (
	id INTEGER NOT NULL, 
	day INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	iot_id TEXT NOT NULL, 
	door_name TEXT NOT NULL, 
	type TEXT NOT NULL, 
	code INTEGER NOT NULL, 
	message TEXT NOT NULL, 
	credential TEXT NOT NULL, 
	identity_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	direction TEXT NOT NULL, 
	remaining INTEGER, 
	ext_info TEXT NOT NULL, 
	passed_ms INTEGER NOT NULL, 
	received_ms INTEGER NOT NULL, 
	CONSTRAINT pk_access_passes PRIMARY KEY (id, day)
);
INSERT INTO "access_passes" VALUES(1,1,'1',1,'1','1','1',1,'1','1','1','1','1',1,'1',1,1);
CREATE TABLE access_persons (
	tenant_id TEXT NOT NULL, 
	project_id TEXT NOT NULL, 
	identity_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	ext_info TEXT DEFAULT '' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_access_persons PRIMARY KEY (tenant_id, project_id, identity_id)
);
INSERT INTO "access_persons" VALUES('1','1','1','1','1',1,1);
CREATE TABLE access_pin_guesses (
	community_id INTEGER NOT NULL, 
	iot_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	owed_until_ms INTEGER NOT NULL, 
	tries INTEGER NOT NULL, 
	first_ms INTEGER NOT NULL, 
	last_ms INTEGER NOT NULL, 
	told_ms INTEGER NOT NULL, 
	CONSTRAINT pk_access_pin_guesses PRIMARY KEY (community_id, iot_id)
);
INSERT INTO "access_pin_guesses" VALUES(1,'1','1',1,1,1,1,1);
CREATE TABLE access_qr_codes (
	qr_code TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	project_id TEXT NOT NULL, 
	identity_id TEXT NOT NULL, 
	shared_used INTEGER DEFAULT '0' NOT NULL, 
	created_ms INTEGER NOT NULL, source TEXT DEFAULT '' NOT NULL, community_id INTEGER, ended_ms INTEGER, 
	CONSTRAINT pk_access_qr_codes PRIMARY KEY (qr_code)
);
INSERT INTO "access_qr_codes" VALUES('1','1','1','1',1,1,'1',1,1);
CREATE TABLE access_qr_permissions (
	qr_code TEXT NOT NULL, 
	iot_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	identity_id TEXT NOT NULL, 
	starts_ms INTEGER NOT NULL, 
	ends_ms INTEGER NOT NULL, 
	max_scans INTEGER NOT NULL, 
	shared INTEGER DEFAULT '0' NOT NULL, 
	used INTEGER DEFAULT '0' NOT NULL, 
	live INTEGER DEFAULT '1' NOT NULL, 
	end_reason TEXT DEFAULT '' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, way TEXT DEFAULT '' NOT NULL, point TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_access_qr_permissions PRIMARY KEY (qr_code, iot_id)
);
INSERT INTO "access_qr_permissions" VALUES('1','1','1',1,'1',1,1,1,1,1,1,'1',1,1,'1','1');
CREATE TABLE access_remote_opens (
	id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	iot_id TEXT NOT NULL, 
	caller TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	result TEXT NOT NULL, 
	asked_ms INTEGER NOT NULL, 
	answered_ms INTEGER, picture TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_access_remote_opens PRIMARY KEY (id)
);
INSERT INTO "access_remote_opens" VALUES(1,'1',1,'1','1','1','1',1,1,'1');
CREATE TABLE access_settings (
	community_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	provider TEXT DEFAULT '' NOT NULL, 
	provider_products TEXT DEFAULT '' NOT NULL, 
	service_on INTEGER DEFAULT '0' NOT NULL, 
	freeze_doors INTEGER DEFAULT '0' NOT NULL, 
	pin_salt TEXT DEFAULT '' NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	ble_order TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_access_settings PRIMARY KEY (community_id)
);
INSERT INTO "access_settings" VALUES(1,'1','1','1',1,1,'1',1,'1');
CREATE TABLE access_tries (
	"key" TEXT NOT NULL, 
	tries INTEGER NOT NULL, 
	since_ms INTEGER NOT NULL, 
	CONSTRAINT pk_access_tries PRIMARY KEY ("key")
);
INSERT INTO "access_tries" VALUES('1',1,1);
CREATE TABLE access_ways (
	way TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	most INTEGER NOT NULL, 
	passes TEXT DEFAULT '[]' NOT NULL, 
	ends_ms INTEGER NOT NULL, 
	CONSTRAINT pk_access_ways PRIMARY KEY (way)
);
INSERT INTO "access_ways" VALUES('1','1',1,1,'1',1);
CREATE TABLE account_persons (
	account_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	person_id INTEGER NOT NULL, 
	CONSTRAINT pk_account_persons PRIMARY KEY (account_id, tenant_id)
);
INSERT INTO "account_persons" VALUES(1,'1',1);
CREATE TABLE account_roles (
	account_id INTEGER NOT NULL, 
	role TEXT NOT NULL, 
	tenant_id TEXT DEFAULT '' NOT NULL, 
	community_id INTEGER DEFAULT '0' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	CONSTRAINT pk_account_roles PRIMARY KEY (account_id, role, tenant_id, community_id)
);
INSERT INTO "account_roles" VALUES(1,'1','1',1,1);
CREATE TABLE "accounts" (
	id INTEGER NOT NULL, 
	login TEXT NOT NULL, 
	phone TEXT, 
	name TEXT NOT NULL, 
	password_hash TEXT NOT NULL, 
	must_change INTEGER DEFAULT '0' NOT NULL, 
	password_changed_ms INTEGER NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	proven_ms INTEGER DEFAULT '0' NOT NULL, 
	generation INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_accounts PRIMARY KEY (id)
);
INSERT INTO "accounts" VALUES(1,'1','1','1','1',1,1,1,1,1,1);
CREATE TABLE agreement_acceptances (
	account_id INTEGER NOT NULL, 
	agreement_id INTEGER NOT NULL, 
	address TEXT DEFAULT '' NOT NULL, 
	accepted_ms INTEGER NOT NULL, 
	CONSTRAINT pk_agreement_acceptances PRIMARY KEY (account_id, agreement_id)
);
INSERT INTO "agreement_acceptances" VALUES(1,1,'1',1);
CREATE TABLE agreements (
	agreement_id INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	title TEXT NOT NULL, 
	title_en TEXT DEFAULT '' NOT NULL, 
	body TEXT NOT NULL, 
	body_en TEXT DEFAULT '' NOT NULL, 
	published_by INTEGER NOT NULL, 
	published_ms INTEGER NOT NULL, 
	CONSTRAINT pk_agreements PRIMARY KEY (agreement_id)
);
INSERT INTO "agreements" VALUES(1,'1',1,'1','1','1','1',1,1);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('20261203_144600');
CREATE TABLE app_keys (
	app_key TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	project_id TEXT NOT NULL, 
	secret TEXT NOT NULL, 
	name TEXT DEFAULT '' NOT NULL, 
	enabled INTEGER DEFAULT '1' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	last_used_ms INTEGER, 
	CONSTRAINT pk_app_keys PRIMARY KEY (app_key), 
	CONSTRAINT fk_app_keys_project_id FOREIGN KEY(project_id) REFERENCES projects (project_id)
);
INSERT INTO "app_keys" VALUES('1','1','1','1','1',1,1,1);
CREATE TABLE camera_batch_rows (
	batch_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	camera_id INTEGER NOT NULL, 
	iot_id TEXT NOT NULL, 
	"before" TEXT DEFAULT '' NOT NULL, 
	"after" TEXT DEFAULT '' NOT NULL, 
	before_sealed TEXT DEFAULT '' NOT NULL, 
	after_sealed TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_camera_batch_rows PRIMARY KEY (batch_id, position)
);
INSERT INTO "camera_batch_rows" VALUES(1,1,'1',1,1,'1','1','1','1','1');
CREATE TABLE camera_batches (
	batch_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	file_name TEXT DEFAULT '' NOT NULL, 
	created INTEGER DEFAULT '0' NOT NULL, 
	changed INTEGER DEFAULT '0' NOT NULL, 
	removed INTEGER DEFAULT '0' NOT NULL, 
	kept INTEGER DEFAULT '0' NOT NULL, 
	state TEXT NOT NULL, 
	by_id TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	undone_ms INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_camera_batches PRIMARY KEY (batch_id)
);
INSERT INTO "camera_batches" VALUES(1,'1',1,'1','1',1,1,1,1,'1','1',1,1);
CREATE TABLE camera_findings (
	iot_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	looks INTEGER DEFAULT '1' NOT NULL, 
	counts INTEGER DEFAULT '0' NOT NULL, 
	sure INTEGER DEFAULT '0' NOT NULL, 
	facts TEXT DEFAULT '' NOT NULL, 
	jpeg BLOB NOT NULL, 
	since_ms INTEGER NOT NULL, 
	seen_ms INTEGER NOT NULL, 
	muted_until_ms INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_camera_findings PRIMARY KEY (iot_id, kind)
);
INSERT INTO "camera_findings" VALUES('1','1','1',1,1,1,1,'1',X'31',1,1,1);
CREATE TABLE camera_health (
	iot_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	off INTEGER DEFAULT '0' NOT NULL, 
	tried_ms INTEGER DEFAULT '0' NOT NULL, 
	looked_ms INTEGER DEFAULT '0' NOT NULL, 
	trouble TEXT DEFAULT '' NOT NULL, 
	mark TEXT DEFAULT '' NOT NULL, 
	alike INTEGER DEFAULT '0' NOT NULL, 
	in_place INTEGER DEFAULT '-1' NOT NULL, 
	spent_ms INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_camera_health PRIMARY KEY (iot_id)
);
INSERT INTO "camera_health" VALUES('1','1',1,1,1,1,'1','1',1,1,1);
CREATE TABLE camera_masks (
	iot_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	boxes TEXT NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_camera_masks PRIMARY KEY (iot_id)
);
INSERT INTO "camera_masks" VALUES('1','1',1,'1',1);
CREATE TABLE camera_views (
	iot_id TEXT NOT NULL, 
	period TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	sight BLOB NOT NULL, 
	jpeg BLOB NOT NULL, 
	set_by TEXT DEFAULT '' NOT NULL, 
	at_ms INTEGER NOT NULL, 
	CONSTRAINT pk_camera_views PRIMARY KEY (iot_id, period)
);
INSERT INTO "camera_views" VALUES('1','1','1',1,X'31',X'31','1',1);
CREATE TABLE cameras (
	camera_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	iot_id TEXT NOT NULL, 
	product_key TEXT NOT NULL, 
	device_name TEXT NOT NULL, 
	name TEXT NOT NULL, 
	brand TEXT DEFAULT '' NOT NULL, 
	product_model TEXT DEFAULT '' NOT NULL, 
	resolution TEXT DEFAULT '' NOT NULL, 
	protocol INTEGER, 
	ip TEXT DEFAULT '' NOT NULL, 
	port INTEGER, 
	nvr_ip TEXT DEFAULT '' NOT NULL, 
	channel TEXT DEFAULT '' NOT NULL, 
	url TEXT DEFAULT '' NOT NULL, 
	username TEXT DEFAULT '' NOT NULL, 
	password_sealed TEXT DEFAULT '' NOT NULL, 
	group_name TEXT DEFAULT '' NOT NULL, 
	status INTEGER DEFAULT '1' NOT NULL, 
	address TEXT DEFAULT '' NOT NULL, 
	space_id INTEGER, 
	direction INTEGER, 
	longitude FLOAT, 
	latitude FLOAT, 
	installed_on TEXT DEFAULT '' NOT NULL, 
	manager TEXT DEFAULT '' NOT NULL, 
	manager_phone TEXT DEFAULT '' NOT NULL, 
	remark TEXT DEFAULT '' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_cameras PRIMARY KEY (camera_id)
);
INSERT INTO "cameras" VALUES(1,'1',1,'1','1','1','1','1','1','1',1,'1',1,'1','1','1','1','1','1',1,'1',1,1,1.0,1.0,'1','1','1','1',1,1);
CREATE TABLE cashier_orders (
	order_no INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	title TEXT NOT NULL, 
	fen INTEGER NOT NULL, 
	return_to TEXT NOT NULL, 
	state TEXT NOT NULL, 
	tries INTEGER DEFAULT '0' NOT NULL, 
	expires_ms INTEGER NOT NULL, 
	paid_ms INTEGER, 
	CONSTRAINT pk_cashier_orders PRIMARY KEY (order_no)
);
INSERT INTO "cashier_orders" VALUES(1,'1','1',1,'1','1',1,1,1);
CREATE TABLE cashier_refunds (
	order_no INTEGER NOT NULL, 
	refund_no INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	fen INTEGER NOT NULL, 
	at_ms INTEGER NOT NULL, 
	CONSTRAINT pk_cashier_refunds PRIMARY KEY (order_no, refund_no)
);
INSERT INTO "cashier_refunds" VALUES(1,1,'1',1,1);
CREATE TABLE certificate_links (
	token_hash TEXT NOT NULL, 
	batch_no INTEGER NOT NULL, 
	expires_ms INTEGER NOT NULL, 
	CONSTRAINT pk_certificate_links PRIMARY KEY (token_hash), 
	CONSTRAINT fk_certificate_links_batch_no FOREIGN KEY(batch_no) REFERENCES device_batches (batch_no)
)
 WITHOUT ROWID

;
INSERT INTO "certificate_links" VALUES('1',1,1);
CREATE TABLE changes (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER, 
	app_key TEXT DEFAULT '' NOT NULL, 
	kind TEXT NOT NULL, 
	model_id TEXT DEFAULT '' NOT NULL, 
	operate TEXT DEFAULT '' NOT NULL, 
	payload TEXT DEFAULT '' NOT NULL, 
	created_ms INTEGER NOT NULL
, project_id TEXT DEFAULT '' NOT NULL, product_key TEXT DEFAULT '' NOT NULL, device_name TEXT DEFAULT '' NOT NULL, iot_id TEXT DEFAULT '' NOT NULL, cause TEXT DEFAULT '' NOT NULL);
INSERT INTO "changes" VALUES(1,'1',1,'1','1','1','1','1',1,'1','1','1','1','1');
CREATE TABLE closed_communities (
	community_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	since_ms INTEGER NOT NULL, 
	CONSTRAINT pk_closed_communities PRIMARY KEY (community_id)
);
INSERT INTO "closed_communities" VALUES(1,'1',1);
CREATE TABLE communities (
	community_id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tenant_id TEXT NOT NULL, 
	project_id TEXT, 
	name TEXT NOT NULL, 
	kind TEXT DEFAULT 'community' NOT NULL, 
	city TEXT DEFAULT '' NOT NULL, 
	address TEXT NOT NULL, 
	poid TEXT NOT NULL, 
	lng FLOAT, 
	lat FLOAT, 
	service_start TEXT NOT NULL, 
	service_end TEXT NOT NULL, 
	managing_body TEXT DEFAULT '' NOT NULL, 
	apply_status INTEGER NOT NULL, 
	reject_reason TEXT DEFAULT '' NOT NULL, 
	root_space_id INTEGER, 
	scope_id TEXT, 
	time_zone TEXT DEFAULT 'Asia/Shanghai' NOT NULL, 
	phone TEXT DEFAULT '' NOT NULL, 
	applied_by TEXT DEFAULT '' NOT NULL, 
	reviewed_by TEXT DEFAULT '' NOT NULL, 
	reviewed_ms INTEGER DEFAULT '0' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL
, body_kind TEXT DEFAULT '' NOT NULL, service_state TEXT DEFAULT 'running' NOT NULL, service_reason TEXT DEFAULT '' NOT NULL, service_note TEXT DEFAULT '' NOT NULL, service_ms INTEGER DEFAULT '0' NOT NULL);
INSERT INTO "communities" VALUES(1,'1','1','1','1','1','1','1',1.0,1.0,'1','1','1',1,'1',1,'1','1','1','1','1',1,1,1,'1','1','1','1',1);
CREATE TABLE community_certificates (
	community_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	upload_id TEXT NOT NULL, 
	CONSTRAINT pk_community_certificates PRIMARY KEY (community_id, position)
);
INSERT INTO "community_certificates" VALUES(1,1,'1','1');
CREATE TABLE community_creation (
	rule TEXT NOT NULL, 
	review INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_community_creation PRIMARY KEY (rule)
);
INSERT INTO "community_creation" VALUES('1',1,1);
CREATE TABLE community_log (
	entry_no INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	at_ms INTEGER NOT NULL, 
	"by" TEXT NOT NULL, 
	action TEXT NOT NULL, 
	detail TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_community_log PRIMARY KEY (entry_no)
);
INSERT INTO "community_log" VALUES(1,'1',1,1,'1','1','1');
CREATE TABLE community_persons (
	community_id INTEGER NOT NULL, 
	person_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_community_persons PRIMARY KEY (community_id, person_id)
);
INSERT INTO "community_persons" VALUES(1,1,'1',1,1);
CREATE TABLE community_rights (
	community_id INTEGER NOT NULL, 
	person_id INTEGER NOT NULL, 
	function TEXT NOT NULL, 
	level TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	given_by INTEGER NOT NULL, 
	created_ms INTEGER NOT NULL, 
	CONSTRAINT pk_community_rights PRIMARY KEY (community_id, person_id, function, level)
);
INSERT INTO "community_rights" VALUES(1,1,'1','1','1',1,1);
CREATE TABLE company_role_holders (
	account_id INTEGER NOT NULL, 
	role_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	given_by INTEGER NOT NULL, 
	created_ms INTEGER NOT NULL, 
	CONSTRAINT pk_company_role_holders PRIMARY KEY (account_id, role_id)
);
INSERT INTO "company_role_holders" VALUES(1,1,'1',1,1);
CREATE TABLE company_roles (
	role_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	description TEXT DEFAULT '' NOT NULL, 
	rights TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_company_roles PRIMARY KEY (role_id)
);
INSERT INTO "company_roles" VALUES(1,'1','1','1','1',1,1);
CREATE TABLE config_holders (
	device_no INTEGER NOT NULL, 
	config_no INTEGER NOT NULL, 
	how TEXT NOT NULL, 
	taken_ms INTEGER NOT NULL, 
	CONSTRAINT pk_config_holders PRIMARY KEY (device_no)
)
 WITHOUT ROWID

;
INSERT INTO "config_holders" VALUES(1,1,'1',1);
CREATE TABLE config_push_devices (
	message_no INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	push_no INTEGER NOT NULL, 
	device_no INTEGER NOT NULL, 
	config_no INTEGER NOT NULL, 
	state TEXT NOT NULL, 
	code INTEGER DEFAULT '0' NOT NULL, 
	sent_ms INTEGER, 
	answered_ms INTEGER, 
	CONSTRAINT fk_config_push_devices_push_no FOREIGN KEY(push_no) REFERENCES config_pushes (push_no), 
	CONSTRAINT uq_config_push_devices_push_no_device_no UNIQUE (push_no, device_no)
);
INSERT INTO "config_push_devices" VALUES(1,1,1,1,'1',1,1,1);
CREATE TABLE config_pushes (
	push_no INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tenant_id TEXT NOT NULL, 
	product_no INTEGER NOT NULL, 
	config_ids TEXT NOT NULL, 
	state TEXT NOT NULL, 
	batch INTEGER NOT NULL, 
	total INTEGER NOT NULL, 
	created_by TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	finished_ms INTEGER, 
	CONSTRAINT fk_config_pushes_product_no FOREIGN KEY(product_no) REFERENCES products (product_no)
);
INSERT INTO "config_pushes" VALUES(1,'1',1,'1','1',1,1,'1',1,1);
CREATE TABLE console_sessions (
	id INTEGER NOT NULL, 
	token_hash TEXT NOT NULL, 
	account_id INTEGER NOT NULL, 
	tenant_id TEXT DEFAULT '' NOT NULL, 
	remember INTEGER DEFAULT '0' NOT NULL, 
	address TEXT DEFAULT '' NOT NULL, 
	agent TEXT DEFAULT '' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	seen_ms INTEGER NOT NULL, 
	expires_ms INTEGER NOT NULL, front TEXT DEFAULT 'console' NOT NULL, generation INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_console_sessions PRIMARY KEY (id)
);
INSERT INTO "console_sessions" VALUES(1,'1',1,'1',1,'1','1',1,1,1,'1',1);
CREATE TABLE data_exports (
	export_id INTEGER NOT NULL, 
	account_id INTEGER NOT NULL, 
	language TEXT NOT NULL, 
	state TEXT NOT NULL, 
	object_key TEXT DEFAULT '' NOT NULL, 
	size INTEGER DEFAULT '0' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	ready_ms INTEGER DEFAULT '0' NOT NULL, 
	expires_ms INTEGER NOT NULL, 
	CONSTRAINT pk_data_exports PRIMARY KEY (export_id)
);
INSERT INTO "data_exports" VALUES(1,1,'1','1','1',1,1,1,1);
CREATE TABLE data_scopes (
	community_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	scope_id TEXT NOT NULL, 
	CONSTRAINT pk_data_scopes PRIMARY KEY (community_id), 
	CONSTRAINT uq_data_scopes_scope_id UNIQUE (scope_id)
);
INSERT INTO "data_scopes" VALUES(1,'1','1');
CREATE TABLE deletion_requests (
	request_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	identity_id TEXT NOT NULL, 
	account_id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	words TEXT DEFAULT '' NOT NULL, 
	state TEXT NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	decided_by TEXT DEFAULT '' NOT NULL, 
	decided_ms INTEGER DEFAULT '0' NOT NULL, 
	due_ms INTEGER NOT NULL, 
	reminded INTEGER DEFAULT '0' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	CONSTRAINT pk_deletion_requests PRIMARY KEY (request_id)
);
INSERT INTO "deletion_requests" VALUES(1,'1',1,'1',1,'1','1','1','1','1',1,1,1,1);
CREATE TABLE deliveries (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tenant_id TEXT NOT NULL, 
	subscription_id INTEGER NOT NULL, 
	change_id INTEGER NOT NULL, 
	state TEXT NOT NULL, 
	attempts INTEGER NOT NULL, 
	next_ms INTEGER NOT NULL, 
	reason TEXT NOT NULL, 
	updated_ms INTEGER NOT NULL, 
	CONSTRAINT uq_deliveries_subscription_id_change_id UNIQUE (subscription_id, change_id)
);
INSERT INTO "deliveries" VALUES(1,'1',1,1,'1',1,1,'1',1);
CREATE TABLE delivery_attempts (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tenant_id TEXT NOT NULL, 
	subscription_id INTEGER NOT NULL, 
	change_id INTEGER NOT NULL, 
	attempt INTEGER NOT NULL, 
	at_ms INTEGER NOT NULL, 
	ok INTEGER DEFAULT '0' NOT NULL, 
	status INTEGER, 
	latency_ms INTEGER NOT NULL, 
	reason TEXT NOT NULL, 
	excerpt TEXT NOT NULL
);
INSERT INTO "delivery_attempts" VALUES(1,'1',1,1,1,1,1,1,1,'1','1');
CREATE TABLE delivery_desired (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	device TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	credential TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	content TEXT NOT NULL, 
	generation INTEGER NOT NULL, 
	wanted TEXT NOT NULL, 
	reported TEXT NOT NULL, 
	state TEXT NOT NULL, 
	failures INTEGER NOT NULL, 
	next_try_ms INTEGER, 
	reason TEXT NOT NULL, 
	detail TEXT NOT NULL, 
	recheck_ms INTEGER, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	confirmed_ms INTEGER, 
	CONSTRAINT uq_delivery_desired_device_kind_credential UNIQUE (device, kind, credential)
);
INSERT INTO "delivery_desired" VALUES(1,'1',1,'1','1','1','1','1',1,'1','1','1',1,1,'1','1',1,1,1,1);
CREATE TABLE delivery_desired_history (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	desired_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	generation INTEGER NOT NULL, 
	state TEXT NOT NULL, 
	deleting INTEGER DEFAULT '0' NOT NULL, 
	reason TEXT NOT NULL, 
	detail TEXT NOT NULL, 
	caller TEXT NOT NULL, 
	at_ms INTEGER NOT NULL
, schedule TEXT DEFAULT '' NOT NULL);
INSERT INTO "delivery_desired_history" VALUES(1,1,'1',1,1,'1',1,'1','1','1',1,'1');
CREATE TABLE delivery_devices (
	device TEXT NOT NULL, 
	lease_until_ms INTEGER NOT NULL, 
	lease_by TEXT NOT NULL, compare_ms INTEGER, compared_ms INTEGER, compared TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_delivery_devices PRIMARY KEY (device)
);
INSERT INTO "delivery_devices" VALUES('1',1,'1',1,1,'1');
CREATE TABLE delivery_grant_history (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	grant_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	action TEXT NOT NULL, 
	starts_ms INTEGER NOT NULL, 
	ends_ms INTEGER NOT NULL, 
	content TEXT NOT NULL, 
	caller TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	at_ms INTEGER NOT NULL
, schedule TEXT DEFAULT '' NOT NULL);
INSERT INTO "delivery_grant_history" VALUES(1,1,'1',1,'1',1,1,'1','1','1',1,'1');
CREATE TABLE delivery_grants (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	source TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	credential TEXT NOT NULL, 
	target_type TEXT NOT NULL, 
	target TEXT NOT NULL, 
	starts_ms INTEGER NOT NULL, 
	ends_ms INTEGER NOT NULL, 
	content TEXT NOT NULL, 
	live INTEGER DEFAULT '1' NOT NULL, 
	generation INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, schedule TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT uq_delivery_grants_tenant_id_source_kind_subject_credential_target_type_target UNIQUE (tenant_id, source, kind, subject, credential, target_type, target)
);
INSERT INTO "delivery_grants" VALUES(1,'1',1,'1','1','1','1','1','1',1,1,'1',1,1,1,'1');
CREATE TABLE delivery_holds (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	subject TEXT NOT NULL, 
	source TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	caller TEXT NOT NULL, 
	since_ms INTEGER NOT NULL, 
	lifted_ms INTEGER, 
	lifted_by TEXT DEFAULT '' NOT NULL
);
INSERT INTO "delivery_holds" VALUES(1,'1',1,'1','1','1','1',1,1,'1');
CREATE TABLE delivery_targets (
	grant_id INTEGER NOT NULL, 
	device TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	credential TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	subject TEXT NOT NULL, 
	starts_ms INTEGER NOT NULL, 
	ends_ms INTEGER NOT NULL, 
	content TEXT NOT NULL, schedule TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_delivery_targets PRIMARY KEY (grant_id, device, kind, credential)
);
INSERT INTO "delivery_targets" VALUES(1,'1','1','1','1',1,'1',1,1,'1','1');
CREATE TABLE department_members (
	department_id INTEGER NOT NULL, 
	person_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	created_ms INTEGER NOT NULL, 
	CONSTRAINT pk_department_members PRIMARY KEY (department_id, person_id)
);
INSERT INTO "department_members" VALUES(1,1,'1',1,1);
CREATE TABLE departments (
	department_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	parent_id INTEGER, 
	name TEXT NOT NULL, 
	description TEXT DEFAULT '' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_departments PRIMARY KEY (department_id)
);
INSERT INTO "departments" VALUES(1,'1',1,1,'1','1',1,1);
CREATE TABLE desired_properties (
	device_no INTEGER NOT NULL, 
	identifier TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	value TEXT NOT NULL, 
	modified_ms INTEGER NOT NULL, 
	CONSTRAINT pk_desired_properties PRIMARY KEY (device_no, identifier)
)
 WITHOUT ROWID

;
INSERT INTO "desired_properties" VALUES(1,'1',1,'1',1);
CREATE TABLE device_batch_rows (
	batch_no INTEGER NOT NULL, 
	row_no INTEGER NOT NULL, 
	device_name TEXT NOT NULL, 
	nickname TEXT DEFAULT '' NOT NULL, 
	remark TEXT DEFAULT '' NOT NULL, 
	sn TEXT DEFAULT '' NOT NULL, 
	iot_id TEXT, 
	state TEXT DEFAULT 'waiting' NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_device_batch_rows PRIMARY KEY (batch_no, row_no), 
	CONSTRAINT fk_device_batch_rows_batch_no FOREIGN KEY(batch_no) REFERENCES device_batches (batch_no)
)
 WITHOUT ROWID

;
INSERT INTO "device_batch_rows" VALUES(1,1,'1','1','1','1','1','1','1');
CREATE TABLE device_batches (
	batch_no INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tenant_id TEXT NOT NULL, 
	product_key TEXT NOT NULL, 
	community_id INTEGER, 
	project_id TEXT, 
	source TEXT NOT NULL, 
	state TEXT NOT NULL, 
	total INTEGER NOT NULL, 
	done INTEGER DEFAULT '0' NOT NULL, 
	failed INTEGER DEFAULT '0' NOT NULL, 
	undone INTEGER DEFAULT '0' NOT NULL, 
	created_by TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	finished_ms INTEGER
);
INSERT INTO "device_batches" VALUES(1,'1','1',1,'1','1','1',1,1,1,1,'1',1,1);
CREATE TABLE device_certificates (
	certificate_no INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tenant_id TEXT NOT NULL, 
	device_no INTEGER NOT NULL, 
	fingerprint TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	registered INTEGER DEFAULT '0' NOT NULL, 
	pem TEXT NOT NULL, 
	not_before_ms INTEGER NOT NULL, 
	not_after_ms INTEGER NOT NULL, 
	created_ms INTEGER NOT NULL, 
	revoked_ms INTEGER, 
	CONSTRAINT uq_device_certificates_device_no_fingerprint UNIQUE (device_no, fingerprint)
);
INSERT INTO "device_certificates" VALUES(1,'1',1,'1','1',1,'1',1,1,1,1);
CREATE TABLE device_clocks (
	device_no INTEGER NOT NULL, 
	off_ms INTEGER NOT NULL, 
	measured_ms INTEGER NOT NULL, 
	CONSTRAINT pk_device_clocks PRIMARY KEY (device_no)
)
 WITHOUT ROWID

;
INSERT INTO "device_clocks" VALUES(1,1,1);
CREATE TABLE device_configs (
	config_no INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	config_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	product_no INTEGER NOT NULL, 
	device_no INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	removed INTEGER DEFAULT '0' NOT NULL, 
	content TEXT NOT NULL, 
	size INTEGER NOT NULL, 
	sha256 TEXT NOT NULL, 
	file_key TEXT NOT NULL, 
	notes TEXT DEFAULT '' NOT NULL, 
	restored_from INTEGER, 
	created_by TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	CONSTRAINT fk_device_configs_product_no FOREIGN KEY(product_no) REFERENCES products (product_no), 
	CONSTRAINT uq_device_configs_config_id UNIQUE (config_id), 
	CONSTRAINT uq_device_configs_product_no_device_no_version UNIQUE (product_no, device_no, version)
);
INSERT INTO "device_configs" VALUES(1,'1','1',1,1,1,1,'1',1,'1','1','1',1,'1',1);
CREATE TABLE device_connections (
	device_no INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	security TEXT NOT NULL, 
	peer TEXT NOT NULL, 
	gateway_no INTEGER, 
	since_ms INTEGER NOT NULL, 
	first_plain_ms INTEGER, 
	last_plain_ms INTEGER, 
	last_stale_ms INTEGER, 
	signed_ms INTEGER, 
	CONSTRAINT pk_device_connections PRIMARY KEY (device_no)
)
 WITHOUT ROWID

;
INSERT INTO "device_connections" VALUES(1,'1','1','1',1,1,1,1,1,1);
CREATE TABLE device_firmware (
	device_no INTEGER NOT NULL, 
	module TEXT NOT NULL, 
	version TEXT NOT NULL, 
	reported_ms INTEGER NOT NULL, 
	CONSTRAINT pk_device_firmware PRIMARY KEY (device_no, module)
)
 WITHOUT ROWID

;
INSERT INTO "device_firmware" VALUES(1,'1','1',1);
CREATE TABLE device_fronts (
	device_no INTEGER NOT NULL, 
	front TEXT NOT NULL, 
	state INTEGER NOT NULL, 
	claim INTEGER NOT NULL, 
	style TEXT DEFAULT 'sys' NOT NULL, 
	before_front TEXT DEFAULT '' NOT NULL, 
	before_state INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_device_fronts PRIMARY KEY (device_no)
)
 WITHOUT ROWID

;
INSERT INTO "device_fronts" VALUES(1,'1',1,1,'1','1',1);
CREATE TABLE device_group_members (
	group_no INTEGER NOT NULL, 
	device_no INTEGER NOT NULL, 
	added_ms INTEGER NOT NULL, 
	CONSTRAINT pk_device_group_members PRIMARY KEY (group_no, device_no), 
	CONSTRAINT fk_device_group_members_group_no FOREIGN KEY(group_no) REFERENCES device_groups (group_no)
)
 WITHOUT ROWID

;
INSERT INTO "device_group_members" VALUES(1,1,1);
CREATE TABLE device_groups (
	group_no INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tenant_id TEXT NOT NULL, 
	parent_no INTEGER DEFAULT '0' NOT NULL, 
	name TEXT NOT NULL, 
	description TEXT DEFAULT '' NOT NULL, 
	conditions TEXT, 
	tags TEXT DEFAULT '{}' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	modified_ms INTEGER NOT NULL, 
	CONSTRAINT uq_device_groups_tenant_id_parent_no_name UNIQUE (tenant_id, parent_no, name)
);
INSERT INTO "device_groups" VALUES(1,'1',1,'1','1','1','1',1,1);
CREATE TABLE device_log_lines (
	device_no INTEGER NOT NULL, 
	ts INTEGER NOT NULL, 
	seq INTEGER NOT NULL, 
	day INTEGER NOT NULL, 
	level INTEGER NOT NULL, 
	module TEXT NOT NULL, 
	code TEXT NOT NULL, 
	trace_id TEXT NOT NULL, 
	content TEXT NOT NULL, 
	CONSTRAINT pk_device_log_lines PRIMARY KEY (device_no, ts, seq, day)
)
 WITHOUT ROWID

;
INSERT INTO "device_log_lines" VALUES(1,1,1,1,1,'1','1','1','1');
CREATE TABLE device_log_switches (
	device_no INTEGER NOT NULL, 
	mode INTEGER NOT NULL, 
	modified_ms INTEGER NOT NULL, 
	CONSTRAINT pk_device_log_switches PRIMARY KEY (device_no)
)
 WITHOUT ROWID

;
INSERT INTO "device_log_switches" VALUES(1,1,1);
CREATE TABLE device_shadows (
	device_no INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	reported TEXT NOT NULL, 
	desired TEXT NOT NULL, 
	stamps TEXT NOT NULL, 
	modified_ms INTEGER NOT NULL, 
	wish_version INTEGER DEFAULT '0' NOT NULL, 
	told_version INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_device_shadows PRIMARY KEY (device_no)
)
 WITHOUT ROWID

;
INSERT INTO "device_shadows" VALUES(1,1,'1','1','1',1,1,1);
CREATE TABLE device_tags (
	device_no INTEGER NOT NULL, 
	tag_key TEXT NOT NULL, 
	tag_value TEXT NOT NULL, 
	CONSTRAINT pk_device_tags PRIMARY KEY (device_no, tag_key)
)
 WITHOUT ROWID

;
INSERT INTO "device_tags" VALUES(1,'1','1');
CREATE TABLE device_tokens (
	device_no INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	client_id TEXT NOT NULL, 
	secret TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	CONSTRAINT pk_device_tokens PRIMARY KEY (device_no, kind)
)
 WITHOUT ROWID

;
INSERT INTO "device_tokens" VALUES(1,'1','1','1',1);
CREATE TABLE device_views (
	iot_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	camera_iot_id TEXT NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_device_views PRIMARY KEY (iot_id)
);
INSERT INTO "device_views" VALUES('1','1',1,'1',1);
CREATE TABLE devices (
	device_no INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	iot_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	product_no INTEGER NOT NULL, 
	product_key TEXT NOT NULL, 
	device_name TEXT NOT NULL, 
	secret TEXT NOT NULL, 
	nickname TEXT DEFAULT '' NOT NULL, 
	remark TEXT DEFAULT '' NOT NULL, 
	project_id TEXT, 
	community_id INTEGER, 
	gateway_no INTEGER, 
	enabled INTEGER DEFAULT '1' NOT NULL, 
	online INTEGER DEFAULT '0' NOT NULL, 
	front TEXT DEFAULT '' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	modified_ms INTEGER NOT NULL, 
	active_ms INTEGER, 
	last_online_ms INTEGER, 
	last_offline_ms INTEGER, 
	last_seen_ms INTEGER, 
	CONSTRAINT fk_devices_product_no FOREIGN KEY(product_no) REFERENCES products (product_no), 
	CONSTRAINT uq_devices_iot_id UNIQUE (iot_id), 
	CONSTRAINT uq_devices_product_key_device_name UNIQUE (product_key, device_name)
);
INSERT INTO "devices" VALUES(1,'1','1',1,'1','1','1','1','1','1',1,1,1,1,'1',1,1,1,1,1,1);
CREATE TABLE edge_certificates (
	certificate_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	driver_id TEXT NOT NULL, 
	version TEXT NOT NULL, 
	protocol TEXT NOT NULL, 
	owner TEXT NOT NULL, 
	brand TEXT NOT NULL, 
	model TEXT NOT NULL, 
	note TEXT DEFAULT '' NOT NULL, 
	package_sha256 TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	device TEXT NOT NULL, 
	began_ms INTEGER NOT NULL, 
	passed INTEGER NOT NULL, 
	skipped INTEGER NOT NULL, 
	bench_key TEXT NOT NULL, 
	report TEXT NOT NULL, 
	state TEXT NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	steps TEXT DEFAULT '[]' NOT NULL, 
	by_id TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_edge_certificates PRIMARY KEY (certificate_id)
);
INSERT INTO "edge_certificates" VALUES(1,'1','1','1','1','1','1','1','1','1','1','1',1,1,1,'1','1','1','1','1','1',1,1);
CREATE TABLE edge_clusters (
	cluster_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	project_id TEXT, 
	community_id INTEGER, 
	name TEXT NOT NULL, 
	model TEXT NOT NULL, 
	lan_cidr TEXT NOT NULL, 
	log_on INTEGER DEFAULT '1' NOT NULL, 
	monitor_on INTEGER DEFAULT '1' NOT NULL, 
	remark TEXT DEFAULT '' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	associated_ms INTEGER, 
	CONSTRAINT pk_edge_clusters PRIMARY KEY (cluster_id)
);
INSERT INTO "edge_clusters" VALUES(1,'1','1',1,'1','1','1',1,1,'1',1,1,1);
CREATE TABLE "edge_components" (
	cluster_id INTEGER NOT NULL, 
	code TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	project_id TEXT, 
	community_id INTEGER, 
	state TEXT NOT NULL, 
	params TEXT DEFAULT '{}' NOT NULL, 
	reason TEXT DEFAULT ('') NOT NULL, 
	asked_by TEXT DEFAULT ('') NOT NULL, 
	decided_by TEXT DEFAULT ('') NOT NULL, 
	asked_ms INTEGER, 
	changed_ms INTEGER NOT NULL, 
	stopped INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_edge_components PRIMARY KEY (cluster_id, code)
);
INSERT INTO "edge_components" VALUES(1,'1','1','1',1,'1','1','1','1','1',1,1,1);
CREATE TABLE edge_deployments (
	deployment_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	project_id TEXT, 
	community_id INTEGER, 
	cluster_id INTEGER NOT NULL, 
	node_id INTEGER NOT NULL, 
	gateway_id INTEGER, 
	generation INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	state TEXT NOT NULL, 
	percent INTEGER DEFAULT '0' NOT NULL, 
	snapshot_sealed TEXT NOT NULL, 
	changes TEXT DEFAULT '{}' NOT NULL, 
	devices TEXT DEFAULT '[]' NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	by_kind TEXT NOT NULL, 
	by_id TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	taken_ms INTEGER, 
	finished_ms INTEGER, 
	CONSTRAINT pk_edge_deployments PRIMARY KEY (deployment_id)
);
INSERT INTO "edge_deployments" VALUES(1,'1','1',1,1,1,1,1,'1','1',1,'1','1','1','1','1','1',1,1,1);
CREATE TABLE edge_devices (
	edge_device_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	project_id TEXT, 
	community_id INTEGER, 
	gateway_id INTEGER NOT NULL, 
	protocol_id INTEGER NOT NULL, 
	iot_id TEXT NOT NULL, 
	product_key TEXT NOT NULL, 
	device_name TEXT NOT NULL, 
	alias TEXT DEFAULT '' NOT NULL, 
	custom_sealed TEXT NOT NULL, 
	space_id INTEGER, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_edge_devices PRIMARY KEY (edge_device_id)
);
INSERT INTO "edge_devices" VALUES(1,'1','1',1,1,1,'1','1','1','1','1',1,1,1);
CREATE TABLE edge_driver_roots (
	tenant_id TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	public_key TEXT NOT NULL, 
	sealed TEXT NOT NULL, 
	proof TEXT NOT NULL, 
	by_id TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	CONSTRAINT pk_edge_driver_roots PRIMARY KEY (tenant_id, number)
);
INSERT INTO "edge_driver_roots" VALUES('1',1,'1','1','1','1',1);
CREATE TABLE edge_gateways (
	gateway_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	project_id TEXT, 
	community_id INTEGER, 
	cluster_id INTEGER NOT NULL, 
	node_id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	edition TEXT NOT NULL, 
	iot_id TEXT NOT NULL, 
	interconnect_on INTEGER DEFAULT '0' NOT NULL, 
	interconnect_user TEXT DEFAULT '' NOT NULL, 
	interconnect_sealed TEXT DEFAULT '' NOT NULL, 
	deployed_generation INTEGER DEFAULT '0' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_edge_gateways PRIMARY KEY (gateway_id)
);
INSERT INTO "edge_gateways" VALUES(1,'1','1',1,1,1,'1','1','1',1,'1','1',1,1,1);
CREATE TABLE edge_import_rows (
	import_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	edge_device_id INTEGER NOT NULL, 
	before_sealed TEXT DEFAULT '' NOT NULL, 
	after_sealed TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_edge_import_rows PRIMARY KEY (import_id, position)
);
INSERT INTO "edge_import_rows" VALUES(1,1,'1',1,'1','1');
CREATE TABLE edge_imports (
	import_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	project_id TEXT, 
	community_id INTEGER, 
	gateway_id INTEGER NOT NULL, 
	protocol_id INTEGER NOT NULL, 
	file_name TEXT NOT NULL, 
	object_key TEXT NOT NULL, 
	report_key TEXT DEFAULT '' NOT NULL, 
	language TEXT NOT NULL, 
	state TEXT NOT NULL, 
	dry_run INTEGER DEFAULT '0' NOT NULL, 
	rows INTEGER DEFAULT '0' NOT NULL, 
	bad_rows INTEGER DEFAULT '0' NOT NULL, 
	created INTEGER DEFAULT '0' NOT NULL, 
	changed INTEGER DEFAULT '0' NOT NULL, 
	unchanged INTEGER DEFAULT '0' NOT NULL, 
	problems TEXT DEFAULT '' NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	by_id TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	finished_ms INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_edge_imports PRIMARY KEY (import_id)
);
INSERT INTO "edge_imports" VALUES(1,'1','1',1,1,1,'1','1','1','1','1',1,1,1,1,1,1,'1','1','1',1,1);
CREATE TABLE edge_lane_payments (
	node_id INTEGER NOT NULL, 
	nonce TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	project_id TEXT, 
	community_id INTEGER NOT NULL, 
	order_number TEXT NOT NULL, 
	charge_id INTEGER NOT NULL, 
	fen INTEGER NOT NULL, 
	paid_ms INTEGER NOT NULL, 
	counted_ms INTEGER, 
	kept_fen INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_edge_lane_payments PRIMARY KEY (node_id, nonce)
);
INSERT INTO "edge_lane_payments" VALUES(1,'1','1','1',1,'1',1,1,1,1,1);
CREATE TABLE edge_lift_orders (
	iot_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	content TEXT NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_edge_lift_orders PRIMARY KEY (iot_id)
);
INSERT INTO "edge_lift_orders" VALUES('1','1','1',1);
CREATE TABLE edge_node_beats (
	node_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	project_id TEXT, 
	community_id INTEGER, 
	at_ms INTEGER NOT NULL, 
	present INTEGER DEFAULT '0' NOT NULL, 
	beat TEXT NOT NULL, 
	CONSTRAINT pk_edge_node_beats PRIMARY KEY (node_id)
);
INSERT INTO "edge_node_beats" VALUES(1,'1','1',1,1,1,'1');
CREATE TABLE edge_node_figures (
	node_id INTEGER NOT NULL, 
	at_ms INTEGER NOT NULL, 
	day INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	cpu FLOAT NOT NULL, 
	memory FLOAT NOT NULL, 
	disk FLOAT NOT NULL, 
	load FLOAT NOT NULL, 
	temperature FLOAT, 
	uplink_backlog INTEGER NOT NULL, 
	clock_offset_ms INTEGER NOT NULL, 
	drivers_down INTEGER NOT NULL, 
	devices_online INTEGER NOT NULL, 
	CONSTRAINT pk_edge_node_figures PRIMARY KEY (node_id, at_ms, day)
)
 WITHOUT ROWID

;
INSERT INTO "edge_node_figures" VALUES(1,1,1,'1',1.0,1.0,1.0,1.0,1.0,1,1,1,1);
CREATE TABLE edge_node_lines (
	node_id INTEGER NOT NULL, 
	day INTEGER NOT NULL, 
	at_ms INTEGER NOT NULL, 
	mark INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	level INTEGER NOT NULL, 
	driver TEXT NOT NULL, 
	device TEXT DEFAULT '' NOT NULL, 
	text TEXT NOT NULL, 
	facts TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_edge_node_lines PRIMARY KEY (node_id, day, at_ms, mark)
)
 WITHOUT ROWID

;
INSERT INTO "edge_node_lines" VALUES(1,1,1,1,'1',1,'1','1','1','1');
CREATE TABLE edge_node_log (
	entry_no INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	project_id TEXT, 
	community_id INTEGER, 
	node_id INTEGER NOT NULL, 
	at_ms INTEGER NOT NULL, 
	event TEXT NOT NULL, 
	facts TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_edge_node_log PRIMARY KEY (entry_no)
);
INSERT INTO "edge_node_log" VALUES(1,'1','1',1,1,1,'1','1');
CREATE TABLE edge_nodes (
	node_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	project_id TEXT, 
	community_id INTEGER, 
	cluster_id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	serial_number TEXT NOT NULL, 
	model TEXT NOT NULL, 
	state TEXT NOT NULL, 
	percent INTEGER DEFAULT '0' NOT NULL, 
	iot_id TEXT NOT NULL, 
	product_key TEXT NOT NULL, 
	device_name TEXT NOT NULL, 
	code_sealed TEXT NOT NULL, 
	hardware_id TEXT DEFAULT '' NOT NULL, 
	version TEXT DEFAULT '' NOT NULL, 
	tries INTEGER DEFAULT '0' NOT NULL, 
	locked_until_ms INTEGER DEFAULT '0' NOT NULL, 
	tried_ms INTEGER, 
	refusal TEXT DEFAULT '' NOT NULL, 
	activated_ms INTEGER, 
	last_seen_ms INTEGER, 
	generation INTEGER DEFAULT '0' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, components TEXT DEFAULT '' NOT NULL, door_address TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_edge_nodes PRIMARY KEY (node_id)
);
INSERT INTO "edge_nodes" VALUES(1,'1','1',1,1,'1','1','1','1',1,'1','1','1','1','1','1',1,1,1,'1',1,1,1,1,1,'1','1');
CREATE TABLE edge_nonces (
	node_id INTEGER NOT NULL, 
	nonce TEXT NOT NULL, 
	expires_ms INTEGER NOT NULL, 
	CONSTRAINT pk_edge_nonces PRIMARY KEY (node_id, nonce)
);
INSERT INTO "edge_nonces" VALUES(1,'1',1);
CREATE TABLE edge_packages (
	package_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	driver_id TEXT NOT NULL, 
	version TEXT NOT NULL, 
	name TEXT NOT NULL, 
	protocol TEXT NOT NULL, 
	owner TEXT NOT NULL, 
	manifest TEXT NOT NULL, 
	sha256 TEXT NOT NULL, 
	signature TEXT NOT NULL, 
	size INTEGER NOT NULL, 
	object_key TEXT NOT NULL, 
	key_id INTEGER NOT NULL, 
	by_id TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	CONSTRAINT pk_edge_packages PRIMARY KEY (package_id)
);
INSERT INTO "edge_packages" VALUES(1,'1','1','1','1','1','1','1','1','1',1,'1',1,'1',1);
CREATE TABLE edge_parking_boxes (
	node_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	project_id TEXT, 
	community_id INTEGER, 
	held_version TEXT DEFAULT '' NOT NULL, 
	held_ms INTEGER, 
	fire_ms INTEGER DEFAULT '0' NOT NULL, 
	fire_over_ms INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_edge_parking_boxes PRIMARY KEY (node_id)
);
INSERT INTO "edge_parking_boxes" VALUES(1,'1','1',1,'1',1,1,1);
CREATE TABLE edge_parking_cars (
	car_id INTEGER NOT NULL, 
	node_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	project_id TEXT, 
	community_id INTEGER, 
	lot_id TEXT NOT NULL, 
	lot_name TEXT DEFAULT '' NOT NULL, 
	barrier_id TEXT NOT NULL, 
	barrier_name TEXT DEFAULT '' NOT NULL, 
	way INTEGER NOT NULL, 
	opened INTEGER DEFAULT '0' NOT NULL, 
	reason TEXT NOT NULL, 
	standing TEXT DEFAULT '' NOT NULL, 
	plate TEXT NOT NULL, 
	shown TEXT NOT NULL, 
	order_number TEXT DEFAULT '' NOT NULL, 
	fen INTEGER DEFAULT '0' NOT NULL, 
	at_ms INTEGER NOT NULL, 
	received_ms INTEGER NOT NULL, 
	CONSTRAINT pk_edge_parking_cars PRIMARY KEY (car_id)
);
INSERT INTO "edge_parking_cars" VALUES(1,1,'1','1',1,'1','1','1','1',1,1,'1','1','1','1','1',1,1,1);
CREATE TABLE edge_parking_lots (
	node_id INTEGER NOT NULL, 
	lot_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	project_id TEXT, 
	community_id INTEGER, 
	name TEXT NOT NULL, 
	total INTEGER NOT NULL, 
	free INTEGER NOT NULL, 
	at_ms INTEGER NOT NULL, 
	present INTEGER DEFAULT '1' NOT NULL, follows INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_edge_parking_lots PRIMARY KEY (node_id, lot_id)
);
INSERT INTO "edge_parking_lots" VALUES(1,'1','1','1',1,'1',1,1,1,1,1);
CREATE TABLE edge_parking_orders (
	node_id INTEGER NOT NULL, 
	number TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	project_id TEXT, 
	community_id INTEGER, 
	lot_id TEXT NOT NULL, 
	lot_name TEXT DEFAULT '' NOT NULL, 
	plate TEXT NOT NULL, 
	shown TEXT NOT NULL, 
	in_name TEXT DEFAULT '' NOT NULL, 
	in_ms INTEGER NOT NULL, 
	out_name TEXT DEFAULT '' NOT NULL, 
	out_ms INTEGER, 
	status INTEGER NOT NULL, 
	fen INTEGER NOT NULL, 
	waived_fen INTEGER DEFAULT '0' NOT NULL, 
	paid_ms INTEGER, 
	basis TEXT NOT NULL, 
	tariff TEXT DEFAULT '' NOT NULL, 
	version INTEGER DEFAULT '0' NOT NULL, 
	lines TEXT DEFAULT '[]' NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_edge_parking_orders PRIMARY KEY (node_id, number)
);
INSERT INTO "edge_parking_orders" VALUES(1,'1','1','1',1,'1','1','1','1','1',1,'1',1,1,1,1,1,'1','1',1,'1','1',1);
CREATE TABLE edge_parking_streams (
	node_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	stream TEXT NOT NULL, 
	seq INTEGER NOT NULL, 
	CONSTRAINT pk_edge_parking_streams PRIMARY KEY (node_id)
);
INSERT INTO "edge_parking_streams" VALUES(1,'1','1',1);
CREATE TABLE edge_passage_boxes (
	node_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	held_version TEXT DEFAULT '' NOT NULL, 
	held_ms INTEGER, 
	CONSTRAINT pk_edge_passage_boxes PRIMARY KEY (node_id)
);
INSERT INTO "edge_passage_boxes" VALUES(1,'1','1',1);
CREATE TABLE edge_passage_rules (
	rule_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	gateway_id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	enabled INTEGER DEFAULT '1' NOT NULL, 
	door_id INTEGER NOT NULL, 
	lift_id INTEGER NOT NULL, 
	elevator TEXT DEFAULT '' NOT NULL, 
	start_floor TEXT NOT NULL, 
	start_room TEXT DEFAULT '' NOT NULL, 
	delay_s INTEGER DEFAULT '0' NOT NULL, 
	release INTEGER DEFAULT '0' NOT NULL, 
	unit_id INTEGER, 
	floors TEXT DEFAULT '{}' NOT NULL, 
	by_id TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, mode TEXT DEFAULT '' NOT NULL, source TEXT DEFAULT 'console' NOT NULL, pair TEXT, 
	CONSTRAINT pk_edge_passage_rules PRIMARY KEY (rule_id)
);
INSERT INTO "edge_passage_rules" VALUES(1,'1',1,'1',1,1,1,'1','1','1',1,1,1,'1','1',1,1,'1','1','1');
CREATE TABLE edge_passage_targets (
	rule_id INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	identity_id TEXT DEFAULT '' NOT NULL, 
	floors TEXT DEFAULT '[]' NOT NULL, 
	expires_ms INTEGER, 
	changed_ms INTEGER NOT NULL, ended_ms INTEGER, 
	CONSTRAINT pk_edge_passage_targets PRIMARY KEY (rule_id, kind, subject)
);
INSERT INTO "edge_passage_targets" VALUES(1,'1','1','1','1','1',1,1,1);
CREATE TABLE edge_products (
	tenant_id TEXT NOT NULL, 
	product_key TEXT NOT NULL, 
	CONSTRAINT pk_edge_products PRIMARY KEY (tenant_id)
);
INSERT INTO "edge_products" VALUES('1','1');
CREATE TABLE edge_protocols (
	protocol_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	project_id TEXT, 
	community_id INTEGER, 
	gateway_id INTEGER NOT NULL, 
	driver_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	version TEXT NOT NULL, 
	config_sealed TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_edge_protocols PRIMARY KEY (protocol_id)
);
INSERT INTO "edge_protocols" VALUES(1,'1','1',1,1,'1','1','1','1',1,1);
CREATE TABLE edge_replacements (
	replacement_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	project_id TEXT, 
	community_id INTEGER, 
	cluster_id INTEGER NOT NULL, 
	node_id INTEGER NOT NULL, 
	old_serial TEXT NOT NULL, 
	new_serial TEXT NOT NULL, 
	old_version TEXT DEFAULT '' NOT NULL, 
	new_version TEXT DEFAULT '' NOT NULL, 
	state TEXT NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	generation INTEGER DEFAULT '0' NOT NULL, 
	synced_ms INTEGER, 
	by_id TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	activated_ms INTEGER, 
	finished_ms INTEGER, 
	CONSTRAINT pk_edge_replacements PRIMARY KEY (replacement_id)
);
INSERT INTO "edge_replacements" VALUES(1,'1','1',1,1,1,'1','1','1','1','1','1',1,1,'1',1,1,1);
CREATE TABLE edge_trusted_keys (
	key_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	public_key TEXT NOT NULL, 
	by_id TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, proof TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_edge_trusted_keys PRIMARY KEY (key_id)
);
INSERT INTO "edge_trusted_keys" VALUES(1,'1','1','1','1',1,'1');
CREATE TABLE edge_tunnels (
	tunnel_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	project_id TEXT, 
	community_id INTEGER, 
	node_id INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	by_kind TEXT NOT NULL, 
	by_id TEXT NOT NULL, 
	by_name TEXT NOT NULL, 
	session_id INTEGER DEFAULT '0' NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	state TEXT NOT NULL, 
	why_ended TEXT DEFAULT '' NOT NULL, 
	box_ticket TEXT DEFAULT '' NOT NULL, 
	person_ticket TEXT DEFAULT '' NOT NULL, 
	box_process TEXT DEFAULT '' NOT NULL, 
	person_process TEXT DEFAULT '' NOT NULL, 
	asked_ms INTEGER NOT NULL, 
	opened_ms INTEGER, 
	until_ms INTEGER NOT NULL, 
	ended_ms INTEGER, 
	bytes_to_box INTEGER DEFAULT '0' NOT NULL, 
	bytes_from_box INTEGER DEFAULT '0' NOT NULL, 
	recorded INTEGER DEFAULT '0' NOT NULL, 
	transcript TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_edge_tunnels PRIMARY KEY (tunnel_id)
);
INSERT INTO "edge_tunnels" VALUES(1,'1','1',1,1,'1','1','1','1',1,'1','1','1','1','1','1','1',1,1,1,1,1,1,1,'1');
CREATE TABLE elevator_car_states (
	iot_id TEXT NOT NULL, 
	elevator_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER, 
	reported TEXT DEFAULT 'normal' NOT NULL, 
	once INTEGER DEFAULT '0' NOT NULL, 
	reported_ms INTEGER, 
	out INTEGER DEFAULT '0' NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	until_ms INTEGER, 
	out_ms INTEGER, emergency_id INTEGER, home TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_elevator_car_states PRIMARY KEY (iot_id, elevator_id)
);
INSERT INTO "elevator_car_states" VALUES('1','1','1',1,'1',1,1,1,'1',1,1,1,'1');
CREATE TABLE elevator_cars (
	iot_id TEXT NOT NULL, 
	elevator_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER, 
	name TEXT DEFAULT '' NOT NULL, 
	two_doors INTEGER DEFAULT '0' NOT NULL, 
	position TEXT DEFAULT '' NOT NULL, 
	motion INTEGER DEFAULT '-1' NOT NULL, 
	direction INTEGER DEFAULT '-1' NOT NULL, 
	state_ms INTEGER, 
	CONSTRAINT pk_elevator_cars PRIMARY KEY (iot_id, elevator_id)
);
INSERT INTO "elevator_cars" VALUES('1','1','1',1,'1',1,'1',1,1,1);
CREATE TABLE elevator_emergencies (
	emergency_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER, 
	space_id INTEGER, 
	reason TEXT NOT NULL, 
	source TEXT NOT NULL, 
	started_by TEXT NOT NULL, 
	started_ms INTEGER NOT NULL, 
	ended_by TEXT DEFAULT '' NOT NULL, 
	ended_ms INTEGER, 
	CONSTRAINT pk_elevator_emergencies PRIMARY KEY (emergency_id)
);
INSERT INTO "elevator_emergencies" VALUES(1,'1',1,1,'1','1','1',1,'1',1);
CREATE TABLE elevator_emergency_cars (
	emergency_id INTEGER NOT NULL, 
	iot_id TEXT NOT NULL, 
	elevator_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER, 
	home_floor TEXT DEFAULT '' NOT NULL, 
	result TEXT NOT NULL, 
	words TEXT DEFAULT '' NOT NULL, 
	tries INTEGER DEFAULT '0' NOT NULL, 
	at_ms INTEGER, 
	CONSTRAINT pk_elevator_emergency_cars PRIMARY KEY (emergency_id, iot_id, elevator_id)
);
INSERT INTO "elevator_emergency_cars" VALUES(1,'1','1','1',1,'1','1','1',1,1);
CREATE TABLE elevator_floors (
	iot_id TEXT NOT NULL, 
	elevator_id TEXT NOT NULL, 
	place INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER, 
	floor TEXT NOT NULL, 
	rooms TEXT DEFAULT '[]' NOT NULL, 
	CONSTRAINT pk_elevator_floors PRIMARY KEY (iot_id, elevator_id, place)
);
INSERT INTO "elevator_floors" VALUES('1','1',1,'1',1,'1','1');
CREATE TABLE elevator_home_calls (
	house_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER, 
	times TEXT DEFAULT '[]' NOT NULL, 
	last_ms INTEGER NOT NULL, 
	CONSTRAINT pk_elevator_home_calls PRIMARY KEY (house_id)
);
INSERT INTO "elevator_home_calls" VALUES(1,'1',1,'1',1);
CREATE TABLE elevator_lifts (
	iot_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER, 
	mode TEXT NOT NULL, 
	read_ms INTEGER NOT NULL, 
	CONSTRAINT pk_elevator_lifts PRIMARY KEY (iot_id)
);
INSERT INTO "elevator_lifts" VALUES('1','1',1,'1',1);
CREATE TABLE elevator_open_calls (
	iot_id TEXT NOT NULL, 
	floor TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER, 
	called_ms INTEGER NOT NULL, 
	CONSTRAINT pk_elevator_open_calls PRIMARY KEY (iot_id, floor)
);
INSERT INTO "elevator_open_calls" VALUES('1','1','1',1,1);
CREATE TABLE elevator_people_calls (
	iot_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER, 
	last_ms INTEGER NOT NULL, 
	CONSTRAINT pk_elevator_people_calls PRIMARY KEY (iot_id)
);
INSERT INTO "elevator_people_calls" VALUES('1','1',1,1);
CREATE TABLE elevator_robot_rides (
	ride_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	robot_id INTEGER NOT NULL, 
	session_id TEXT NOT NULL, 
	iot_id TEXT NOT NULL, 
	elevator_id TEXT DEFAULT '' NOT NULL, 
	kind TEXT NOT NULL, 
	priority INTEGER NOT NULL, 
	from_floor TEXT NOT NULL, 
	to_floor TEXT DEFAULT '' NOT NULL, 
	load_kg INTEGER, 
	hold_s INTEGER NOT NULL, 
	state TEXT NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	steps TEXT DEFAULT '[]' NOT NULL, 
	asked_ms INTEGER NOT NULL, 
	since_ms INTEGER NOT NULL, 
	heard_ms INTEGER NOT NULL, 
	called_ms INTEGER DEFAULT '0' NOT NULL, 
	request_ms INTEGER DEFAULT '0' NOT NULL, 
	ended_ms INTEGER, 
	CONSTRAINT pk_elevator_robot_rides PRIMARY KEY (ride_id)
);
INSERT INTO "elevator_robot_rides" VALUES(1,'1',1,1,'1','1','1','1',1,'1','1',1,1,'1','1','1',1,1,1,1,1,1);
CREATE TABLE elevator_robots (
	robot_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	zone TEXT DEFAULT '[]' NOT NULL, 
	hours TEXT DEFAULT '' NOT NULL, 
	priority INTEGER DEFAULT '0' NOT NULL, 
	enabled INTEGER DEFAULT '1' NOT NULL, 
	key_hash TEXT NOT NULL, 
	key_ms INTEGER NOT NULL, 
	seen_ms INTEGER, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_elevator_robots PRIMARY KEY (robot_id)
);
INSERT INTO "elevator_robots" VALUES(1,'1',1,'1','1','1','1',1,1,'1',1,1,1,1);
CREATE TABLE elevator_waits (
	iot_id TEXT NOT NULL, 
	week INTEGER NOT NULL, 
	slot INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER, 
	calls INTEGER NOT NULL, 
	served INTEGER NOT NULL, 
	wait_ms INTEGER NOT NULL, 
	longest_ms INTEGER NOT NULL, 
	CONSTRAINT pk_elevator_waits PRIMARY KEY (iot_id, week, slot)
);
INSERT INTO "elevator_waits" VALUES('1',1,1,'1',1,1,1,1,1);
CREATE TABLE employees (
	community_id INTEGER NOT NULL, 
	person_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_employees PRIMARY KEY (community_id, person_id)
);
INSERT INTO "employees" VALUES(1,1,'1',1,1);
CREATE TABLE face_consents (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER, 
	image_id INTEGER NOT NULL, 
	identity_id TEXT NOT NULL, 
	purpose TEXT NOT NULL, 
	how TEXT NOT NULL, 
	asked_by TEXT NOT NULL, 
	text_version TEXT NOT NULL, 
	guardian TEXT DEFAULT '' NOT NULL, 
	given_ms INTEGER NOT NULL, 
	expires_ms INTEGER, 
	ended_ms INTEGER, 
	end_reason TEXT DEFAULT '' NOT NULL, 
	ended_by TEXT DEFAULT '' NOT NULL, 
	proof_key TEXT DEFAULT '' NOT NULL
);
INSERT INTO "face_consents" VALUES(1,'1',1,1,'1','1','1','1','1','1',1,1,1,'1','1','1');
CREATE TABLE face_deployments (
	iot_id TEXT NOT NULL, 
	user_group_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	live INTEGER DEFAULT '1' NOT NULL, 
	deployed_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_face_deployments PRIMARY KEY (iot_id, user_group_id)
);
INSERT INTO "face_deployments" VALUES('1','1','1',1,1,1,1);
CREATE TABLE face_erasure_devices (
	erasure_id INTEGER NOT NULL, 
	iot_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER, 
	device_name TEXT NOT NULL, 
	confirmed_ms INTEGER, 
	gone_ms INTEGER, 
	CONSTRAINT pk_face_erasure_devices PRIMARY KEY (erasure_id, iot_id)
);
INSERT INTO "face_erasure_devices" VALUES(1,'1','1',1,'1',1,1);
CREATE TABLE face_erasures (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER, 
	image_id INTEGER NOT NULL, 
	face_id TEXT NOT NULL, 
	identity_id TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	caller TEXT NOT NULL, 
	asked_ms INTEGER NOT NULL, 
	picture_ms INTEGER, 
	finished_ms INTEGER
);
INSERT INTO "face_erasures" VALUES(1,'1',1,1,'1','1','1','1',1,1,1);
CREATE TABLE face_images (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tenant_id TEXT NOT NULL, 
	owner TEXT NOT NULL, 
	user_type TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	identity_id TEXT NOT NULL, 
	community_id INTEGER, 
	face_id TEXT NOT NULL, 
	object_key TEXT NOT NULL, 
	md5 TEXT NOT NULL, 
	size INTEGER NOT NULL, 
	source TEXT NOT NULL, 
	user_name TEXT NOT NULL, 
	face_ext TEXT NOT NULL, 
	user_ext TEXT NOT NULL, 
	user_role INTEGER, 
	mobile TEXT NOT NULL, 
	policy TEXT NOT NULL, 
	expires_ms INTEGER, 
	live INTEGER DEFAULT '1' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT uq_face_images_tenant_id_owner_user_type_user_id UNIQUE (tenant_id, owner, user_type, user_id)
);
INSERT INTO "face_images" VALUES(1,'1','1','1','1','1',1,'1','1','1',1,'1','1','1','1',1,'1','1',1,1,1,1);
CREATE TABLE face_libraries (
	community_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	change_no INTEGER NOT NULL, 
	purged_no INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_face_libraries PRIMARY KEY (community_id)
);
INSERT INTO "face_libraries" VALUES(1,'1',1,1);
CREATE TABLE face_staff (
	community_id INTEGER NOT NULL, 
	account_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	identity_id TEXT NOT NULL, 
	since_ms INTEGER NOT NULL, 
	CONSTRAINT pk_face_staff PRIMARY KEY (community_id, account_id)
);
INSERT INTO "face_staff" VALUES(1,1,'1','1',1);
CREATE TABLE face_templates (
	community_id INTEGER NOT NULL, 
	face_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	identity_id TEXT NOT NULL, 
	object_key TEXT NOT NULL, 
	state TEXT NOT NULL, 
	reasons TEXT DEFAULT '' NOT NULL, 
	model_id TEXT DEFAULT '' NOT NULL, 
	vector BLOB, 
	change_no INTEGER NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_face_templates PRIMARY KEY (community_id, face_id)
);
INSERT INTO "face_templates" VALUES(1,'1','1','1','1','1','1','1',X'31',1,1,1);
CREATE TABLE face_thresholds (
	community_id INTEGER NOT NULL, 
	model_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	accept FLOAT NOT NULL, 
	unsure FLOAT NOT NULL, 
	margin FLOAT NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_face_thresholds PRIMARY KEY (community_id, model_id)
);
INSERT INTO "face_thresholds" VALUES(1,'1','1',1.0,1.0,1.0,1);
CREATE TABLE firmwares (
	firmware_no INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tenant_id TEXT NOT NULL, 
	product_no INTEGER NOT NULL, 
	product_key TEXT NOT NULL, 
	module TEXT NOT NULL, 
	version TEXT NOT NULL, 
	source_version TEXT NOT NULL, 
	file_key TEXT NOT NULL, 
	file_name TEXT NOT NULL, 
	size INTEGER NOT NULL, 
	md5 TEXT NOT NULL, 
	sha256 TEXT NOT NULL, 
	sign_method TEXT NOT NULL, 
	notes TEXT DEFAULT '' NOT NULL, 
	state TEXT NOT NULL, 
	created_by TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	CONSTRAINT fk_firmwares_product_no FOREIGN KEY(product_no) REFERENCES products (product_no), 
	CONSTRAINT uq_firmwares_product_no_module_version_source_version UNIQUE (product_no, module, version, source_version)
);
INSERT INTO "firmwares" VALUES(1,'1',1,'1','1','1','1','1','1',1,'1','1','1','1','1','1',1);
CREATE TABLE found_devices (
	gateway_no INTEGER NOT NULL, 
	product_key TEXT NOT NULL, 
	device_name TEXT NOT NULL, 
	first_ms INTEGER NOT NULL, 
	last_ms INTEGER NOT NULL, 
	CONSTRAINT pk_found_devices PRIMARY KEY (gateway_no, product_key, device_name)
)
 WITHOUT ROWID

;
INSERT INTO "found_devices" VALUES(1,'1','1',1,1);
CREATE TABLE gb_channels (
	channel_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	device_id INTEGER NOT NULL, 
	channel TEXT NOT NULL, 
	name TEXT DEFAULT '' NOT NULL, 
	maker TEXT DEFAULT '' NOT NULL, 
	model TEXT DEFAULT '' NOT NULL, 
	steers INTEGER DEFAULT '0' NOT NULL, 
	online INTEGER DEFAULT '0' NOT NULL, 
	iot_id TEXT NOT NULL, 
	changed_ms INTEGER NOT NULL, listed INTEGER DEFAULT '1' NOT NULL, longitude FLOAT, latitude FLOAT, place_time TEXT DEFAULT '' NOT NULL, place_ms INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_gb_channels PRIMARY KEY (channel_id)
);
INSERT INTO "gb_channels" VALUES(1,'1',1,1,'1','1','1','1',1,1,'1',1,1,1.0,1.0,'1',1);
CREATE TABLE gb_devices (
	device_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	gb_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	password_sealed TEXT NOT NULL, 
	way TEXT DEFAULT 'udp' NOT NULL, 
	product_key TEXT NOT NULL, 
	maker TEXT DEFAULT '' NOT NULL, 
	model TEXT DEFAULT '' NOT NULL, 
	state TEXT DEFAULT 'new' NOT NULL, 
	transport TEXT DEFAULT '' NOT NULL, 
	host TEXT DEFAULT '' NOT NULL, 
	port INTEGER DEFAULT '0' NOT NULL, 
	trouble TEXT DEFAULT '' NOT NULL, 
	trouble_host TEXT DEFAULT '' NOT NULL, 
	trouble_ms INTEGER DEFAULT '0' NOT NULL, 
	registered_ms INTEGER DEFAULT '0' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, subscribes TEXT DEFAULT 'catalogue,alarm' NOT NULL, 
	CONSTRAINT pk_gb_devices PRIMARY KEY (device_id)
);
INSERT INTO "gb_devices" VALUES(1,'1',1,'1','1','1','1','1','1','1','1','1','1',1,'1','1',1,1,1,1,'1');
CREATE TABLE gb_upper_cameras (
	upper_id INTEGER NOT NULL, 
	iot_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	code TEXT NOT NULL, unmasked INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_gb_upper_cameras PRIMARY KEY (upper_id, iot_id)
);
INSERT INTO "gb_upper_cameras" VALUES(1,'1','1',1,'1',1);
CREATE TABLE gb_uppers (
	upper_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	host TEXT NOT NULL, 
	port INTEGER NOT NULL, 
	server_id TEXT NOT NULL, 
	domain TEXT NOT NULL, 
	gb_id TEXT NOT NULL, 
	password_sealed TEXT NOT NULL, 
	transport TEXT DEFAULT 'udp' NOT NULL, 
	edition TEXT DEFAULT '2016' NOT NULL, 
	register_s INTEGER DEFAULT '3600' NOT NULL, 
	keepalive_s INTEGER DEFAULT '60' NOT NULL, 
	most_streams INTEGER DEFAULT '4' NOT NULL, 
	steers INTEGER DEFAULT '0' NOT NULL, 
	alarms INTEGER DEFAULT '0' NOT NULL, 
	off INTEGER DEFAULT '0' NOT NULL, 
	media_hosts TEXT DEFAULT '' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_gb_uppers PRIMARY KEY (upper_id)
);
INSERT INTO "gb_uppers" VALUES(1,'1',1,'1','1',1,'1','1','1','1','1','1',1,1,1,1,1,1,'1',1,1);
CREATE TABLE handed_files (
	object_key TEXT NOT NULL, 
	device TEXT NOT NULL, 
	address TEXT NOT NULL, 
	begun_ms INTEGER NOT NULL, 
	times INTEGER NOT NULL, 
	CONSTRAINT pk_handed_files PRIMARY KEY (object_key)
);
INSERT INTO "handed_files" VALUES('1','1','1',1,1);
CREATE TABLE handled_messages (
	device_no INTEGER NOT NULL, 
	seq INTEGER NOT NULL, 
	day INTEGER NOT NULL, 
	done_ms INTEGER NOT NULL, 
	took_us INTEGER NOT NULL, 
	handlers TEXT NOT NULL, 
	CONSTRAINT pk_handled_messages PRIMARY KEY (device_no, seq, day)
)
 WITHOUT ROWID

;
INSERT INTO "handled_messages" VALUES(1,1,1,1,1,'1');
CREATE TABLE house_assets (
	asset_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	house_id INTEGER NOT NULL, 
	type INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_house_assets PRIMARY KEY (asset_id)
);
INSERT INTO "house_assets" VALUES(1,'1',1,1,1,'1',1,1);
CREATE TABLE house_invitations (
	token_hash TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	house_id INTEGER NOT NULL, 
	type INTEGER NOT NULL, 
	by_person INTEGER NOT NULL, 
	created_ms INTEGER NOT NULL, 
	expires_ms INTEGER NOT NULL, 
	used_ms INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_house_invitations PRIMARY KEY (token_hash)
);
INSERT INTO "house_invitations" VALUES('1','1',1,1,1,1,1,1,1);
CREATE TABLE house_members (
	house_id INTEGER NOT NULL, 
	person_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	type INTEGER NOT NULL, 
	status INTEGER NOT NULL, 
	source TEXT NOT NULL, 
	approve_comment TEXT DEFAULT '' NOT NULL, 
	moved_in_ms INTEGER DEFAULT '0' NOT NULL, 
	moved_out_ms INTEGER DEFAULT '0' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, person_name TEXT DEFAULT '' NOT NULL, person_phone TEXT, 
	CONSTRAINT pk_house_members PRIMARY KEY (house_id, person_id)
);
INSERT INTO "house_members" VALUES(1,1,'1',1,1,1,'1','1',1,1,1,1,'1','1');
CREATE TABLE houses (
	space_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	layout TEXT DEFAULT '' NOT NULL, 
	area_m2 FLOAT, 
	house_type INTEGER, 
	house_status INTEGER, 
	location TEXT NOT NULL, 
	location_key TEXT NOT NULL, 
	CONSTRAINT pk_houses PRIMARY KEY (space_id)
);
INSERT INTO "houses" VALUES(1,'1',1,'1',1.0,1,1,'1','1');
CREATE TABLE import_changes (
	import_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	row_id INTEGER NOT NULL, 
	other_id INTEGER DEFAULT '0' NOT NULL, 
	"before" TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_import_changes PRIMARY KEY (import_id, position)
);
INSERT INTO "import_changes" VALUES(1,1,'1','1',1,1,'1');
CREATE TABLE imports (
	import_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	parent_id INTEGER NOT NULL, 
	file_name TEXT NOT NULL, 
	object_key TEXT NOT NULL, 
	report_key TEXT DEFAULT '' NOT NULL, 
	language TEXT DEFAULT 'zh-CN' NOT NULL, 
	state TEXT NOT NULL, 
	good_only INTEGER DEFAULT '0' NOT NULL, 
	dry_run INTEGER DEFAULT '0' NOT NULL, 
	rows INTEGER DEFAULT '0' NOT NULL, 
	bad_rows INTEGER DEFAULT '0' NOT NULL, 
	outcome TEXT DEFAULT '' NOT NULL, 
	problems TEXT DEFAULT '' NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	created_by TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	finished_ms INTEGER DEFAULT '0' NOT NULL, kind TEXT DEFAULT 'houses' NOT NULL, changes TEXT DEFAULT '' NOT NULL, fault_groups TEXT DEFAULT '' NOT NULL, answers TEXT DEFAULT '' NOT NULL, mends TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_imports PRIMARY KEY (import_id)
);
INSERT INTO "imports" VALUES(1,'1',1,1,'1','1','1','1','1',1,1,1,1,'1','1','1','1',1,1,'1','1','1','1','1');
CREATE TABLE inbox (
	device_no INTEGER NOT NULL, 
	seq INTEGER NOT NULL, 
	day INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	identifier TEXT NOT NULL, 
	received_ms INTEGER NOT NULL, 
	note TEXT NOT NULL, 
	payload BLOB NOT NULL, 
	CONSTRAINT pk_inbox PRIMARY KEY (device_no, seq, day)
)
 WITHOUT ROWID

;
INSERT INTO "inbox" VALUES(1,1,1,'1','1',1,'1',X'31');
CREATE TABLE inbox_commits (
	first_seq INTEGER NOT NULL, 
	day INTEGER NOT NULL, 
	last_seq INTEGER NOT NULL, 
	batches BLOB NOT NULL, 
	CONSTRAINT pk_inbox_commits PRIMARY KEY (first_seq, day)
)
 WITHOUT ROWID

;
INSERT INTO "inbox_commits" VALUES(1,1,1,X'31');
CREATE TABLE inbox_work (
	device_no INTEGER NOT NULL, 
	seq INTEGER NOT NULL, 
	day INTEGER NOT NULL, 
	state TEXT DEFAULT 'ready' NOT NULL, 
	tries INTEGER DEFAULT '0' NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	parked_ms INTEGER, 
	CONSTRAINT pk_inbox_work PRIMARY KEY (device_no, seq)
)
 WITHOUT ROWID

;
INSERT INTO "inbox_work" VALUES(1,1,1,'1',1,'1',1);
CREATE TABLE intercom_accounts (
	number TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	project_id TEXT NOT NULL, 
	kind INTEGER NOT NULL, 
	password TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_intercom_accounts PRIMARY KEY (number)
);
INSERT INTO "intercom_accounts" VALUES('1','1','1',1,'1',1,1);
CREATE TABLE intercom_auto_opens (
	id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	space_id INTEGER NOT NULL, 
	identity_id TEXT NOT NULL, 
	until_ms INTEGER NOT NULL, 
	most INTEGER NOT NULL, 
	used INTEGER NOT NULL, 
	used_ms INTEGER NOT NULL, 
	ended_ms INTEGER NOT NULL, 
	CONSTRAINT pk_intercom_auto_opens PRIMARY KEY (id)
);
INSERT INTO "intercom_auto_opens" VALUES(1,'1',1,1,'1',1,1,1,1,1);
CREATE TABLE intercom_bindings (
	number TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	project_id TEXT NOT NULL, 
	contact TEXT NOT NULL, 
	transport TEXT NOT NULL, 
	host TEXT NOT NULL, 
	port INTEGER NOT NULL, 
	call_id TEXT NOT NULL, 
	cseq INTEGER NOT NULL, 
	agent TEXT NOT NULL, 
	registered_ms INTEGER NOT NULL, 
	expires_ms INTEGER NOT NULL, 
	CONSTRAINT pk_intercom_bindings PRIMARY KEY (number)
);
INSERT INTO "intercom_bindings" VALUES('1','1','1','1','1','1',1,'1',1,'1',1,1);
CREATE TABLE intercom_call_notes (
	id INTEGER NOT NULL, 
	call_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	writer TEXT NOT NULL, 
	words TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	CONSTRAINT pk_intercom_call_notes PRIMARY KEY (id)
);
INSERT INTO "intercom_call_notes" VALUES(1,1,'1',1,'1','1',1);
CREATE TABLE intercom_call_steps (
	call_id INTEGER NOT NULL, 
	place INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	step TEXT NOT NULL, 
	phones INTEGER NOT NULL, 
	result TEXT NOT NULL, 
	number TEXT NOT NULL, 
	started_ms INTEGER NOT NULL, 
	ended_ms INTEGER NOT NULL, 
	CONSTRAINT pk_intercom_call_steps PRIMARY KEY (call_id, place)
);
INSERT INTO "intercom_call_steps" VALUES(1,1,'1',1,'1',1,'1','1',1,1);
CREATE TABLE intercom_calls (
	id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	project_id TEXT NOT NULL, 
	community_id INTEGER, 
	caller TEXT NOT NULL, 
	caller_kind INTEGER NOT NULL, 
	target TEXT NOT NULL, 
	target_type INTEGER NOT NULL, 
	iot_id TEXT NOT NULL, 
	space_id INTEGER, 
	room_id TEXT NOT NULL, 
	state INTEGER NOT NULL, 
	outcome TEXT NOT NULL, 
	answered_by TEXT NOT NULL, 
	process TEXT NOT NULL, 
	started_ms INTEGER NOT NULL, 
	answered_ms INTEGER NOT NULL, 
	opened_ms INTEGER NOT NULL, 
	ended_ms INTEGER NOT NULL, 
	CONSTRAINT pk_intercom_calls PRIMARY KEY (id)
);
INSERT INTO "intercom_calls" VALUES(1,'1','1',1,'1',1,'1',1,'1',1,'1',1,'1','1','1',1,1,1,1);
CREATE TABLE intercom_door_numbers (
	iot_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	number TEXT NOT NULL, 
	password TEXT NOT NULL, 
	host TEXT NOT NULL, 
	port TEXT NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_intercom_door_numbers PRIMARY KEY (iot_id)
);
INSERT INTO "intercom_door_numbers" VALUES('1','1',1,'1','1','1','1',1);
CREATE TABLE intercom_doorbell_mutes (
	bell_id INTEGER NOT NULL, 
	space_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	until_ms INTEGER NOT NULL, 
	CONSTRAINT pk_intercom_doorbell_mutes PRIMARY KEY (bell_id, space_id)
);
INSERT INTO "intercom_doorbell_mutes" VALUES(1,1,'1',1,1);
CREATE TABLE intercom_doorbells (
	bell_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	space_id INTEGER, 
	iot_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	code TEXT NOT NULL, 
	is_on INTEGER DEFAULT '0' NOT NULL, 
	from_minute INTEGER NOT NULL, 
	to_minute INTEGER NOT NULL, 
	days INTEGER NOT NULL, 
	muted_until_ms INTEGER NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_intercom_doorbells PRIMARY KEY (bell_id), 
	CONSTRAINT uq_intercom_doorbells_code UNIQUE (code)
);
INSERT INTO "intercom_doorbells" VALUES(1,'1',1,1,'1','1','1',1,1,1,1,1,1,1);
CREATE TABLE intercom_duress (
	space_id INTEGER NOT NULL, 
	identity_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	set_ms INTEGER NOT NULL, 
	CONSTRAINT pk_intercom_duress PRIMARY KEY (space_id, identity_id)
);
INSERT INTO "intercom_duress" VALUES(1,'1','1',1,1);
CREATE TABLE intercom_groups (
	group_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	project_id TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	CONSTRAINT pk_intercom_groups PRIMARY KEY (group_id)
);
INSERT INTO "intercom_groups" VALUES('1','1','1',1);
CREATE TABLE intercom_homes (
	space_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	steps TEXT NOT NULL, 
	neighbour_id INTEGER, 
	neighbour_agreed INTEGER DEFAULT '0' NOT NULL, 
	changed_ms INTEGER NOT NULL, strict_quiet INTEGER DEFAULT '0' NOT NULL, log_hidden INTEGER DEFAULT '0' NOT NULL, indoor TEXT DEFAULT '' NOT NULL, mobile TEXT DEFAULT '' NOT NULL, messages INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_intercom_homes PRIMARY KEY (space_id)
);
INSERT INTO "intercom_homes" VALUES(1,'1',1,'1',1,1,1,1,1,'1','1',1);
CREATE TABLE intercom_house_groups (
	space_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	group_id TEXT NOT NULL, 
	room_id TEXT NOT NULL, 
	changed_ms INTEGER NOT NULL, derived INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_intercom_house_groups PRIMARY KEY (space_id)
);
INSERT INTO "intercom_house_groups" VALUES(1,'1',1,'1','1',1,1);
CREATE TABLE intercom_looks (
	id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	iot_id TEXT NOT NULL, 
	viewer TEXT NOT NULL, 
	process TEXT NOT NULL, 
	began_ms INTEGER NOT NULL, 
	talked_ms INTEGER NOT NULL, 
	ended_ms INTEGER NOT NULL, 
	CONSTRAINT pk_intercom_looks PRIMARY KEY (id)
);
INSERT INTO "intercom_looks" VALUES(1,'1',1,'1','1','1',1,1,1);
CREATE TABLE intercom_members (
	group_id TEXT NOT NULL, 
	number TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	project_id TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	CONSTRAINT pk_intercom_members PRIMARY KEY (group_id, number)
);
INSERT INTO "intercom_members" VALUES('1','1','1','1',1);
CREATE TABLE intercom_messages (
	call_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	space_id INTEGER NOT NULL, 
	process TEXT NOT NULL, 
	state TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	film TEXT NOT NULL, 
	photo TEXT NOT NULL, 
	length_ms INTEGER NOT NULL, 
	why TEXT NOT NULL, 
	recorded_ms INTEGER NOT NULL, 
	seen_ms INTEGER NOT NULL, 
	CONSTRAINT pk_intercom_messages PRIMARY KEY (call_id)
);
INSERT INTO "intercom_messages" VALUES(1,'1',1,1,'1','1','1','1','1',1,'1',1,1);
CREATE TABLE intercom_openings (
	id INTEGER NOT NULL, 
	call_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER, 
	iot_id TEXT NOT NULL, 
	number TEXT NOT NULL, 
	identity_id TEXT NOT NULL, 
	way TEXT NOT NULL, 
	result TEXT NOT NULL, 
	asked_ms INTEGER NOT NULL, 
	answered_ms INTEGER NOT NULL, 
	CONSTRAINT pk_intercom_openings PRIMARY KEY (id)
);
INSERT INTO "intercom_openings" VALUES(1,1,'1',1,'1','1','1','1','1',1,1);
CREATE TABLE intercom_owners (
	owner TEXT NOT NULL, 
	number TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	space_id INTEGER, 
	identity_id TEXT NOT NULL, 
	iot_id TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	CONSTRAINT pk_intercom_owners PRIMARY KEY (owner), 
	CONSTRAINT uq_intercom_owners_number UNIQUE (number)
);
INSERT INTO "intercom_owners" VALUES('1','1','1',1,1,'1','1',1);
CREATE TABLE intercom_quiet_hours (
	space_id INTEGER NOT NULL, 
	identity_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	from_minute INTEGER NOT NULL, 
	to_minute INTEGER NOT NULL, 
	days INTEGER NOT NULL, 
	manner TEXT NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_intercom_quiet_hours PRIMARY KEY (space_id, identity_id)
);
INSERT INTO "intercom_quiet_hours" VALUES(1,'1','1',1,1,1,1,'1',1);
CREATE TABLE intercom_rooms (
	iot_id TEXT NOT NULL, 
	room_key TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	room_id TEXT NOT NULL, 
	group_id TEXT NOT NULL, 
	changed_ms INTEGER NOT NULL, derived INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_intercom_rooms PRIMARY KEY (iot_id, room_key)
);
INSERT INTO "intercom_rooms" VALUES('1','1','1',1,'1','1',1,1);
CREATE TABLE intercom_screens (
	screen_id TEXT NOT NULL, 
	token_hash TEXT NOT NULL, 
	old_hash TEXT NOT NULL, 
	number TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	floor TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	renewed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_intercom_screens PRIMARY KEY (screen_id), 
	CONSTRAINT uq_intercom_screens_token_hash UNIQUE (token_hash)
);
INSERT INTO "intercom_screens" VALUES('1','1','1','1','1','1',1,1);
CREATE TABLE intercom_servers (
	project_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	server_id TEXT NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_intercom_servers PRIMARY KEY (project_id)
);
INSERT INTO "intercom_servers" VALUES('1','1','1',1);
CREATE TABLE intercom_settings (
	community_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	talk_minutes INTEGER NOT NULL, 
	view_seconds INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, indoor TEXT DEFAULT 'video' NOT NULL, mobile TEXT DEFAULT 'video' NOT NULL, 
	CONSTRAINT pk_intercom_settings PRIMARY KEY (community_id)
);
INSERT INTO "intercom_settings" VALUES(1,'1',1,1,1,'1','1');
CREATE TABLE intercom_site_calls (
	ref TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	call_id INTEGER NOT NULL, 
	node_id INTEGER NOT NULL, 
	CONSTRAINT pk_intercom_site_calls PRIMARY KEY (ref)
);
INSERT INTO "intercom_site_calls" VALUES('1','1',1,1);
CREATE TABLE intercom_site_phones (
	node_id INTEGER NOT NULL, 
	number TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER, 
	host TEXT NOT NULL, 
	agent TEXT NOT NULL, 
	since_ms INTEGER NOT NULL, 
	CONSTRAINT pk_intercom_site_phones PRIMARY KEY (node_id, number)
);
INSERT INTO "intercom_site_phones" VALUES(1,'1','1',1,'1','1',1);
CREATE TABLE intercom_sites (
	node_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER, 
	held_version TEXT NOT NULL, 
	held_ms INTEGER NOT NULL, 
	told_ms INTEGER NOT NULL, 
	address TEXT NOT NULL, 
	CONSTRAINT pk_intercom_sites PRIMARY KEY (node_id)
);
INSERT INTO "intercom_sites" VALUES(1,'1',1,'1',1,1,'1');
CREATE TABLE intercom_telephones (
	space_id INTEGER NOT NULL, 
	identity_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	agreed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_intercom_telephones PRIMARY KEY (space_id, identity_id)
);
INSERT INTO "intercom_telephones" VALUES(1,'1','1',1,1);
CREATE TABLE intercom_terminal_codes (
	app_project TEXT NOT NULL, 
	device_type TEXT NOT NULL, 
	device_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	code_hash TEXT NOT NULL, 
	made_ms INTEGER NOT NULL, 
	expires_ms INTEGER NOT NULL, 
	used_ms INTEGER NOT NULL, 
	CONSTRAINT pk_intercom_terminal_codes PRIMARY KEY (app_project, device_type, device_id), 
	CONSTRAINT uq_intercom_terminal_codes_code_hash UNIQUE (code_hash)
);
INSERT INTO "intercom_terminal_codes" VALUES('1','1','1','1','1',1,1,1);
CREATE TABLE intercom_terminals (
	bind_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	space_id INTEGER, 
	app_project TEXT NOT NULL, 
	device_type TEXT NOT NULL, 
	device_id TEXT NOT NULL, 
	nickname TEXT NOT NULL, 
	identity_id TEXT NOT NULL, 
	number TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_intercom_terminals PRIMARY KEY (bind_id), 
	CONSTRAINT uq_intercom_terminals_number UNIQUE (number)
);
INSERT INTO "intercom_terminals" VALUES('1','1',1,1,'1','1','1','1','1','1',1,1);
CREATE TABLE invitations (
	invitation_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	token_hash TEXT NOT NULL, 
	note TEXT DEFAULT '' NOT NULL, 
	role TEXT DEFAULT '' NOT NULL, 
	community_id INTEGER DEFAULT '0' NOT NULL, 
	approval INTEGER DEFAULT '0' NOT NULL, 
	uses_left INTEGER NOT NULL, 
	uses INTEGER NOT NULL, 
	expires_ms INTEGER NOT NULL, 
	made_by INTEGER NOT NULL, 
	created_ms INTEGER NOT NULL, 
	revoked_ms INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_invitations PRIMARY KEY (invitation_id)
);
INSERT INTO "invitations" VALUES(1,'1','1','1','1',1,1,1,1,1,1,1,1);
CREATE TABLE join_requests (
	request_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	account_id INTEGER NOT NULL, 
	words TEXT DEFAULT '' NOT NULL, 
	state TEXT NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	decided_by INTEGER DEFAULT '0' NOT NULL, 
	decided_ms INTEGER DEFAULT '0' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	CONSTRAINT pk_join_requests PRIMARY KEY (request_id)
);
INSERT INTO "join_requests" VALUES(1,'1',1,'1','1','1',1,1,1);
CREATE TABLE latest_values (
	device_no INTEGER NOT NULL, 
	property_no INTEGER NOT NULL, 
	ts INTEGER NOT NULL, 
	seq INTEGER NOT NULL, 
	number FLOAT, 
	text TEXT, 
	CONSTRAINT pk_latest_values PRIMARY KEY (device_no, property_no)
)
 WITHOUT ROWID

;
INSERT INTO "latest_values" VALUES(1,1,1,1,1.0,'1');
CREATE TABLE leases (
	name TEXT NOT NULL, 
	holder TEXT NOT NULL, 
	until_ms INTEGER NOT NULL, 
	CONSTRAINT pk_leases PRIMARY KEY (name)
)
 WITHOUT ROWID

;
INSERT INTO "leases" VALUES('1','1',1);
CREATE TABLE login_links (
	provider TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	account_id INTEGER NOT NULL, 
	label TEXT DEFAULT '' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	used_ms INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_login_links PRIMARY KEY (provider, subject)
);
INSERT INTO "login_links" VALUES('1','1',1,'1',1,1);
CREATE TABLE login_starts (
	state_hash TEXT NOT NULL, 
	browser_hash TEXT NOT NULL, 
	provider TEXT NOT NULL, 
	nonce TEXT DEFAULT '' NOT NULL, 
	verifier TEXT DEFAULT '' NOT NULL, 
	next TEXT DEFAULT '' NOT NULL, 
	account_id INTEGER DEFAULT '0' NOT NULL, 
	subject TEXT DEFAULT '' NOT NULL, 
	label TEXT DEFAULT '' NOT NULL, 
	expires_ms INTEGER NOT NULL, 
	CONSTRAINT pk_login_starts PRIMARY KEY (state_hash)
);
INSERT INTO "login_starts" VALUES('1','1','1','1','1','1',1,'1','1',1);
CREATE TABLE map_devices (
	iot_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	lng FLOAT NOT NULL, 
	lat FLOAT NOT NULL, 
	placed_by TEXT NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_map_devices PRIMARY KEY (iot_id)
);
INSERT INTO "map_devices" VALUES('1','1',1,1.0,1.0,'1',1);
CREATE TABLE map_plans (
	community_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	upload_id TEXT NOT NULL, 
	width INTEGER NOT NULL, 
	height INTEGER NOT NULL, 
	metres FLOAT NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_map_plans PRIMARY KEY (community_id)
);
INSERT INTO "map_plans" VALUES(1,'1','1',1,1,1.0,1);
CREATE TABLE mqtt_downlinks (
	number INTEGER NOT NULL, 
	product_key TEXT NOT NULL, 
	device_name TEXT NOT NULL, 
	topic TEXT NOT NULL, 
	payload BLOB NOT NULL, 
	expires_ms INTEGER, qos INTEGER DEFAULT '1' NOT NULL, retain INTEGER DEFAULT '0' NOT NULL, properties BLOB, packet_id INTEGER DEFAULT '0' NOT NULL, released INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_mqtt_downlinks PRIMARY KEY (number)
);
INSERT INTO "mqtt_downlinks" VALUES(1,'1','1','1',X'31',1,1,1,X'31',1,1);
CREATE TABLE mqtt_filters (
	product_key TEXT NOT NULL, 
	device_name TEXT NOT NULL, 
	filter TEXT NOT NULL, 
	qos INTEGER NOT NULL, options INTEGER DEFAULT '0' NOT NULL, identifier INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_mqtt_filters PRIMARY KEY (product_key, device_name, filter)
)
 WITHOUT ROWID

;
INSERT INTO "mqtt_filters" VALUES('1','1','1',1,1,1);
CREATE TABLE mqtt_incoming (
	product_key TEXT NOT NULL, 
	device_name TEXT NOT NULL, 
	packet_id INTEGER NOT NULL, 
	CONSTRAINT pk_mqtt_incoming PRIMARY KEY (product_key, device_name, packet_id)
)
 WITHOUT ROWID

;
INSERT INTO "mqtt_incoming" VALUES('1','1',1);
CREATE TABLE mqtt_retained (
	topic TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	product_key TEXT NOT NULL, 
	device_name TEXT NOT NULL, 
	payload BLOB NOT NULL, 
	qos INTEGER NOT NULL, 
	properties BLOB, 
	stored_ms INTEGER NOT NULL, 
	expires_ms INTEGER, 
	CONSTRAINT pk_mqtt_retained PRIMARY KEY (topic)
)
 WITHOUT ROWID

;
INSERT INTO "mqtt_retained" VALUES('1','1','1','1',X'31',1,X'31',1,1);
CREATE TABLE mqtt_sessions (
	product_key TEXT NOT NULL, 
	device_name TEXT NOT NULL, 
	gone_ms INTEGER NOT NULL, expiry_s INTEGER DEFAULT '604800' NOT NULL, 
	CONSTRAINT pk_mqtt_sessions PRIMARY KEY (product_key, device_name)
)
 WITHOUT ROWID

;
INSERT INTO "mqtt_sessions" VALUES('1','1',1,1);
CREATE TABLE mqtt_wills (
	product_key TEXT NOT NULL, 
	device_name TEXT NOT NULL, 
	front TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	device_no INTEGER NOT NULL, 
	topic TEXT NOT NULL, 
	payload BLOB NOT NULL, 
	qos INTEGER NOT NULL, 
	retain INTEGER DEFAULT '0' NOT NULL, 
	properties BLOB, 
	delay_s INTEGER NOT NULL, 
	due_ms INTEGER NOT NULL, 
	CONSTRAINT pk_mqtt_wills PRIMARY KEY (product_key, device_name)
)
 WITHOUT ROWID

;
INSERT INTO "mqtt_wills" VALUES('1','1','1','1',1,'1',X'31',1,1,X'31',1,1);
CREATE TABLE notice_reads (
	notice_id INTEGER NOT NULL, 
	person_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	read_ms INTEGER NOT NULL, 
	CONSTRAINT pk_notice_reads PRIMARY KEY (notice_id, person_id)
);
INSERT INTO "notice_reads" VALUES(1,1,'1',1,1);
CREATE TABLE notice_targets (
	notice_id INTEGER NOT NULL, 
	space_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	CONSTRAINT pk_notice_targets PRIMARY KEY (notice_id, space_id)
);
INSERT INTO "notice_targets" VALUES(1,1,'1',1);
CREATE TABLE notice_terminal_reads (
	notice_id INTEGER NOT NULL, 
	number TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	read_ms INTEGER NOT NULL, 
	CONSTRAINT pk_notice_terminal_reads PRIMARY KEY (notice_id, number)
);
INSERT INTO "notice_terminal_reads" VALUES(1,'1','1',1,1);
CREATE TABLE notices (
	notice_id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	title TEXT NOT NULL, 
	publications TEXT NOT NULL, 
	type INTEGER NOT NULL, 
	publish_type INTEGER NOT NULL, 
	is_top INTEGER DEFAULT '0' NOT NULL, 
	in_spaces INTEGER DEFAULT '0' NOT NULL, 
	state TEXT NOT NULL, 
	publish_ms INTEGER DEFAULT '0' NOT NULL, 
	created_by TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	deleted_ms INTEGER DEFAULT '0' NOT NULL, 
	deleted_by TEXT DEFAULT '' NOT NULL
);
INSERT INTO "notices" VALUES(1,'1',1,'1','1',1,1,1,1,'1',1,'1',1,1,1,'1');
CREATE TABLE notification_settings (
	account_id INTEGER NOT NULL, 
	front TEXT NOT NULL, 
	choices TEXT NOT NULL, 
	quiet_from INTEGER DEFAULT '-1' NOT NULL, 
	quiet_to INTEGER DEFAULT '-1' NOT NULL, 
	language TEXT NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_notification_settings PRIMARY KEY (account_id, front)
);
INSERT INTO "notification_settings" VALUES(1,'1','1',1,1,'1',1);
CREATE TABLE open_accounts (
	tenant_id TEXT NOT NULL, 
	project_id TEXT NOT NULL, 
	identity_id TEXT NOT NULL, 
	login_id TEXT NOT NULL, 
	login_name TEXT NOT NULL, 
	nick_name TEXT NOT NULL, 
	phone TEXT, 
	email TEXT DEFAULT '' NOT NULL, 
	avatar_url TEXT DEFAULT '' NOT NULL, 
	location_code TEXT DEFAULT '' NOT NULL, 
	creater TEXT DEFAULT '' NOT NULL, 
	modifier TEXT DEFAULT '' NOT NULL, 
	create_app_key TEXT NOT NULL, 
	frozen INTEGER DEFAULT '0' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_open_accounts PRIMARY KEY (tenant_id, project_id, identity_id)
);
INSERT INTO "open_accounts" VALUES('1','1','1','1','1','1','1','1','1','1','1','1','1',1,1,1);
CREATE TABLE openapi_key_policies (
	app_key TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	services TEXT, 
	changed_ms INTEGER NOT NULL, models TEXT, 
	CONSTRAINT pk_openapi_key_policies PRIMARY KEY (app_key)
);
INSERT INTO "openapi_key_policies" VALUES('1','1','1',1,'1');
CREATE TABLE openapi_limits (
	subject TEXT NOT NULL, 
	path TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	per_second INTEGER, 
	per_day INTEGER, 
	CONSTRAINT pk_openapi_limits PRIMARY KEY (subject, path)
);
INSERT INTO "openapi_limits" VALUES('1','1','1',1,1);
CREATE TABLE openapi_nonce_batches (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	slot INTEGER NOT NULL, 
	fingerprints BLOB NOT NULL
);
INSERT INTO "openapi_nonce_batches" VALUES(1,1,X'31');
CREATE TABLE openapi_nonces (
	slot INTEGER NOT NULL, 
	fingerprint INTEGER NOT NULL, 
	CONSTRAINT pk_openapi_nonces PRIMARY KEY (slot, fingerprint)
)
 WITHOUT ROWID

;
INSERT INTO "openapi_nonces" VALUES(1,1);
CREATE TABLE openapi_project_models (
	project_id TEXT NOT NULL, 
	model_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	granted INTEGER DEFAULT '0' NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_openapi_project_models PRIMARY KEY (project_id, model_id)
);
INSERT INTO "openapi_project_models" VALUES('1','1','1',1,1);
CREATE TABLE openapi_project_policies (
	project_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	services TEXT NOT NULL, 
	models TEXT NOT NULL, 
	withheld TEXT NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_openapi_project_policies PRIMARY KEY (project_id)
);
INSERT INTO "openapi_project_policies" VALUES('1','1','1','1','1',1);
CREATE TABLE openapi_requests (
	day INTEGER NOT NULL, 
	app_key TEXT NOT NULL, 
	ca_request_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	at_ms INTEGER NOT NULL, 
	call_id TEXT NOT NULL, 
	path TEXT NOT NULL, 
	version TEXT NOT NULL, 
	http_status INTEGER NOT NULL, 
	code TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	cost_us INTEGER NOT NULL, 
	client_ip TEXT NOT NULL, 
	request TEXT NOT NULL, 
	response TEXT NOT NULL, 
	CONSTRAINT pk_openapi_requests PRIMARY KEY (day, app_key, ca_request_id)
);
INSERT INTO "openapi_requests" VALUES(1,'1','1','1',1,'1','1','1',1,'1','1',1,'1','1','1');
CREATE TABLE openapi_slices (
	subject TEXT NOT NULL, 
	path TEXT NOT NULL, 
	span TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	taken INTEGER NOT NULL, 
	CONSTRAINT pk_openapi_slices PRIMARY KEY (subject, path, span)
);
INSERT INTO "openapi_slices" VALUES('1','1','1','1',1,1);
CREATE TABLE openapi_tokens (
	digest TEXT NOT NULL, 
	app_key TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	issued_ms INTEGER NOT NULL, 
	expires_ms INTEGER NOT NULL, 
	CONSTRAINT pk_openapi_tokens PRIMARY KEY (digest)
);
INSERT INTO "openapi_tokens" VALUES('1','1','1',1,1,1);
CREATE TABLE openapi_usage (
	day INTEGER NOT NULL, 
	app_key TEXT NOT NULL, 
	path TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	calls INTEGER NOT NULL, 
	failures INTEGER NOT NULL, refused INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_openapi_usage PRIMARY KEY (day, app_key, path)
)
 WITHOUT ROWID

;
INSERT INTO "openapi_usage" VALUES(1,'1','1','1',1,1,1);
CREATE TABLE organisation_upgrades (
	ticket_hash TEXT NOT NULL, 
	owner_tenant TEXT NOT NULL, 
	account_id INTEGER NOT NULL, 
	state TEXT NOT NULL, 
	name TEXT DEFAULT '' NOT NULL, 
	expires_ms INTEGER NOT NULL, 
	CONSTRAINT pk_organisation_upgrades PRIMARY KEY (ticket_hash)
);
INSERT INTO "organisation_upgrades" VALUES('1','1',1,'1','1',1);
CREATE TABLE organisations (
	tenant_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	joinable INTEGER DEFAULT '0' NOT NULL, 
	contact_name TEXT DEFAULT '' NOT NULL, 
	company_name TEXT DEFAULT '' NOT NULL, 
	company_phone TEXT DEFAULT '' NOT NULL, 
	company_email TEXT DEFAULT '' NOT NULL, 
	signed_ms INTEGER DEFAULT '0' NOT NULL, 
	signed_by INTEGER DEFAULT '0' NOT NULL, 
	founded_by INTEGER NOT NULL, 
	ended_ms INTEGER DEFAULT '0' NOT NULL, 
	end_reason TEXT DEFAULT '' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_organisations PRIMARY KEY (tenant_id)
);
INSERT INTO "organisations" VALUES('1','1',1,'1','1','1','1',1,1,1,1,'1',1,1);
CREATE TABLE ota_campaigns (
	campaign_no INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER, 
	firmware_no INTEGER NOT NULL, 
	product_no INTEGER NOT NULL, 
	module TEXT NOT NULL, 
	version TEXT NOT NULL, 
	source_version TEXT NOT NULL, 
	name TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	selection TEXT NOT NULL, 
	percent INTEGER NOT NULL, 
	rate INTEGER NOT NULL, 
	retries INTEGER NOT NULL, 
	retry_ms INTEGER NOT NULL, 
	timeout_ms INTEGER NOT NULL, 
	stop_percent INTEGER NOT NULL, 
	stop_least INTEGER NOT NULL, 
	restores INTEGER DEFAULT '0' NOT NULL, 
	starts_ms INTEGER NOT NULL, 
	ends_ms INTEGER, 
	state TEXT NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	expanded INTEGER DEFAULT '0' NOT NULL, 
	expanded_upto INTEGER DEFAULT '0' NOT NULL, 
	window_ms INTEGER DEFAULT '0' NOT NULL, 
	window_sent INTEGER DEFAULT '0' NOT NULL, 
	judged_from_ms INTEGER DEFAULT '0' NOT NULL, 
	next_tick_ms INTEGER DEFAULT '0' NOT NULL, 
	created_by TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	started_ms INTEGER, 
	finished_ms INTEGER, 
	CONSTRAINT fk_ota_campaigns_firmware_no FOREIGN KEY(firmware_no) REFERENCES firmwares (firmware_no)
);
INSERT INTO "ota_campaigns" VALUES(1,'1',1,1,1,'1','1','1','1','1','1',1,1,1,1,1,1,1,1,1,1,'1','1',1,1,1,1,1,1,'1',1,1,1);
CREATE TABLE ota_jobs (
	job_no INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tenant_id TEXT NOT NULL, 
	campaign_no INTEGER NOT NULL, 
	device_no INTEGER NOT NULL, 
	module TEXT NOT NULL, 
	state TEXT NOT NULL, 
	progress INTEGER DEFAULT '0' NOT NULL, 
	step INTEGER DEFAULT '0' NOT NULL, 
	tries INTEGER DEFAULT '0' NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	detail TEXT DEFAULT '' NOT NULL, 
	from_version TEXT DEFAULT '' NOT NULL, 
	due_ms INTEGER, 
	created_ms INTEGER NOT NULL, 
	released_ms INTEGER, 
	notified_ms INTEGER, 
	changed_ms INTEGER NOT NULL, 
	finished_ms INTEGER, 
	CONSTRAINT fk_ota_jobs_campaign_no FOREIGN KEY(campaign_no) REFERENCES ota_campaigns (campaign_no), 
	CONSTRAINT uq_ota_jobs_campaign_no_device_no UNIQUE (campaign_no, device_no)
);
INSERT INTO "ota_jobs" VALUES(1,'1',1,1,'1','1',1,1,1,'1','1','1',1,1,1,1,1,1);
CREATE TABLE outbox (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	kind TEXT NOT NULL, 
	"key" TEXT DEFAULT '' NOT NULL, 
	payload TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	due_ms INTEGER NOT NULL, 
	attempts INTEGER DEFAULT '0' NOT NULL, 
	lease_ms INTEGER DEFAULT '0' NOT NULL, 
	state TEXT DEFAULT 'ready' NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL
, lease_by TEXT DEFAULT '' NOT NULL);
INSERT INTO "outbox" VALUES(1,'1','1','1',1,1,1,1,'1','1','1');
CREATE TABLE own_categories (
	category_no INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tenant_id TEXT NOT NULL, 
	parent_path TEXT NOT NULL, 
	code TEXT NOT NULL, 
	name TEXT NOT NULL, 
	tsl TEXT, 
	created_ms INTEGER NOT NULL, 
	modified_ms INTEGER NOT NULL, 
	CONSTRAINT uq_own_categories_tenant_id_parent_path_code UNIQUE (tenant_id, parent_path, code)
);
INSERT INTO "own_categories" VALUES(1,'1','1','1','1','1',1,1);
CREATE TABLE parking_calendars (
	community_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	holidays TEXT DEFAULT '[]' NOT NULL, 
	workdays TEXT DEFAULT '[]' NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_parking_calendars PRIMARY KEY (community_id)
);
INSERT INTO "parking_calendars" VALUES(1,'1','1','1',1);
CREATE TABLE parking_confusions (
	iot_id TEXT NOT NULL, 
	stood TEXT NOT NULL, 
	seen TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	count INTEGER NOT NULL, 
	CONSTRAINT pk_parking_confusions PRIMARY KEY (iot_id, stood, seen)
);
INSERT INTO "parking_confusions" VALUES('1','1','1','1',1,1);
CREATE TABLE parking_coupon_offers (
	offer_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	merchant_id INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	value INTEGER NOT NULL, 
	lot_id INTEGER DEFAULT '0' NOT NULL, 
	stacks INTEGER DEFAULT '0' NOT NULL, 
	limit_count INTEGER DEFAULT '0' NOT NULL, 
	limit_fen INTEGER DEFAULT '0' NOT NULL, 
	valid_hours INTEGER NOT NULL, 
	ends_ms INTEGER NOT NULL, 
	given_count INTEGER DEFAULT '0' NOT NULL, 
	spent_fen INTEGER DEFAULT '0' NOT NULL, 
	revoked_ms INTEGER DEFAULT '0' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	CONSTRAINT pk_parking_coupon_offers PRIMARY KEY (offer_id)
);
INSERT INTO "parking_coupon_offers" VALUES(1,'1',1,1,'1',1,1,1,1,1,1,1,1,1,1,1);
CREATE TABLE parking_coupons (
	coupon_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	merchant_id INTEGER NOT NULL, 
	offer_id INTEGER NOT NULL, 
	plate TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	value INTEGER NOT NULL, 
	lot_id INTEGER DEFAULT '0' NOT NULL, 
	stacks INTEGER DEFAULT '0' NOT NULL, 
	state TEXT NOT NULL, 
	stay_id INTEGER, 
	off_fen INTEGER DEFAULT '0' NOT NULL, 
	given_ms INTEGER NOT NULL, 
	ends_ms INTEGER NOT NULL, 
	used_ms INTEGER, box_id INTEGER, 
	CONSTRAINT pk_parking_coupons PRIMARY KEY (coupon_id)
);
INSERT INTO "parking_coupons" VALUES(1,'1',1,1,1,'1','1',1,1,1,'1',1,1,1,1,1,1);
CREATE TABLE parking_exit_waits (
	lane_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	stay_id INTEGER NOT NULL, 
	pass_id INTEGER NOT NULL, 
	since_ms INTEGER NOT NULL, 
	CONSTRAINT pk_parking_exit_waits PRIMARY KEY (lane_id)
);
INSERT INTO "parking_exit_waits" VALUES(1,'1',1,1,1,1);
CREATE TABLE parking_gate_orders (
	id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	lane_id INTEGER NOT NULL, 
	iot_id TEXT NOT NULL, 
	action TEXT NOT NULL, 
	caller TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	result TEXT NOT NULL, 
	asked_ms INTEGER NOT NULL, 
	answered_ms INTEGER, 
	CONSTRAINT pk_parking_gate_orders PRIMARY KEY (id)
);
INSERT INTO "parking_gate_orders" VALUES(1,'1',1,1,'1','1','1','1','1',1,1);
CREATE TABLE parking_lane_cars (
	lane_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	pass_id INTEGER DEFAULT '0' NOT NULL, 
	since_ms INTEGER NOT NULL, 
	seen_ms INTEGER NOT NULL, 
	taken_ms INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_parking_lane_cars PRIMARY KEY (lane_id)
);
INSERT INTO "parking_lane_cars" VALUES(1,'1',1,1,1,1,1);
CREATE TABLE parking_lane_claims (
	lane_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	session_id INTEGER NOT NULL, 
	holder TEXT NOT NULL, 
	since_ms INTEGER NOT NULL, 
	beat_ms INTEGER NOT NULL, 
	CONSTRAINT pk_parking_lane_claims PRIMARY KEY (lane_id)
);
INSERT INTO "parking_lane_claims" VALUES(1,'1',1,1,'1',1,1);
CREATE TABLE parking_lane_codes (
	lane_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	code TEXT NOT NULL, 
	is_on INTEGER DEFAULT '1' NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_parking_lane_codes PRIMARY KEY (lane_id)
);
INSERT INTO "parking_lane_codes" VALUES(1,'1',1,'1',1,1);
CREATE TABLE parking_lane_devices (
	lane_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	iot_id TEXT NOT NULL, 
	product_key TEXT NOT NULL, 
	device_name TEXT NOT NULL, 
	name TEXT NOT NULL, 
	sn TEXT DEFAULT '' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_parking_lane_devices PRIMARY KEY (lane_id)
);
INSERT INTO "parking_lane_devices" VALUES(1,'1',1,'1','1','1','1','1',1,1);
CREATE TABLE parking_lot_rules (
	lot_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	holds_unpaid INTEGER DEFAULT '0' NOT NULL, 
	changed_ms INTEGER NOT NULL, capacity INTEGER, 
	CONSTRAINT pk_parking_lot_rules PRIMARY KEY (lot_id)
);
INSERT INTO "parking_lot_rules" VALUES(1,'1',1,1,1,1);
CREATE TABLE parking_lot_tariffs (
	lot_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	tariff_id INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_parking_lot_tariffs PRIMARY KEY (lot_id)
);
INSERT INTO "parking_lot_tariffs" VALUES(1,'1',1,1,1);
CREATE TABLE parking_merchants (
	merchant_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	code TEXT NOT NULL, 
	pin_hash TEXT NOT NULL, 
	revoked_ms INTEGER DEFAULT '0' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	CONSTRAINT pk_parking_merchants PRIMARY KEY (merchant_id)
);
INSERT INTO "parking_merchants" VALUES(1,'1',1,'1','1','1',1,1);
CREATE TABLE parking_page_tries (
	"key" TEXT NOT NULL, 
	tries INTEGER NOT NULL, 
	since_ms INTEGER NOT NULL, 
	CONSTRAINT pk_parking_page_tries PRIMARY KEY ("key")
);
INSERT INTO "parking_page_tries" VALUES('1',1,1);
CREATE TABLE parking_passes (
	id INTEGER NOT NULL, 
	day INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	lane_id INTEGER NOT NULL, 
	area_id INTEGER NOT NULL, 
	iot_id TEXT NOT NULL, 
	lane_name TEXT NOT NULL, 
	direction INTEGER NOT NULL, 
	open_type INTEGER NOT NULL, 
	permission INTEGER NOT NULL, 
	plate TEXT NOT NULL, 
	read_as TEXT NOT NULL, 
	plate_color INTEGER, 
	car_color TEXT DEFAULT '' NOT NULL, 
	brand TEXT DEFAULT '' NOT NULL, 
	reliability FLOAT, 
	picture TEXT DEFAULT '' NOT NULL, 
	passed_ms INTEGER NOT NULL, 
	received_ms INTEGER NOT NULL, 
	CONSTRAINT pk_parking_passes PRIMARY KEY (id, day)
);
INSERT INTO "parking_passes" VALUES(1,1,'1',1,1,1,'1','1',1,1,1,'1','1',1,'1','1',1.0,'1',1,1);
CREATE TABLE parking_payments (
	payment_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	stay_id INTEGER NOT NULL, 
	fen INTEGER NOT NULL, 
	method TEXT NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	taken_by TEXT NOT NULL, 
	paid_ms INTEGER NOT NULL, shift_id INTEGER, charge_id INTEGER, 
	CONSTRAINT pk_parking_payments PRIMARY KEY (payment_id)
);
INSERT INTO "parking_payments" VALUES(1,'1',1,1,1,'1','1','1',1,1,1);
CREATE TABLE parking_reading_rules (
	lane_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	is_on INTEGER DEFAULT '0' NOT NULL, 
	lets_guests_in INTEGER DEFAULT '0' NOT NULL, 
	doubt_below FLOAT NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_parking_reading_rules PRIMARY KEY (lane_id)
);
INSERT INTO "parking_reading_rules" VALUES(1,'1',1,1,1,1.0,1);
CREATE TABLE parking_readings (
	pass_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	lane_id INTEGER NOT NULL, 
	outcome TEXT NOT NULL, 
	plate TEXT NOT NULL, 
	confidence FLOAT NOT NULL, 
	pictures INTEGER NOT NULL, 
	opens INTEGER DEFAULT '0' NOT NULL, 
	model_id TEXT NOT NULL, 
	made_ms INTEGER NOT NULL, 
	CONSTRAINT pk_parking_readings PRIMARY KEY (pass_id)
);
INSERT INTO "parking_readings" VALUES(1,'1',1,1,'1','1',1.0,1,1,'1',1);
CREATE TABLE parking_rights (
	space_id INTEGER NOT NULL, 
	plate TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	starts_ms INTEGER, 
	ends_ms INTEGER, 
	brand TEXT DEFAULT '' NOT NULL, 
	color INTEGER, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_parking_rights PRIMARY KEY (space_id, plate, kind)
);
INSERT INTO "parking_rights" VALUES(1,'1','1','1',1,1,1,'1',1,1,1);
CREATE TABLE parking_settings (
	community_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	provider TEXT NOT NULL, 
	service_on INTEGER DEFAULT '1' NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_parking_settings PRIMARY KEY (community_id)
);
INSERT INTO "parking_settings" VALUES(1,'1','1',1,1);
CREATE TABLE parking_shifts (
	shift_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	taken_by TEXT NOT NULL, 
	opened_ms INTEGER NOT NULL, 
	closed_ms INTEGER DEFAULT '0' NOT NULL, 
	expected_fen INTEGER DEFAULT '0' NOT NULL, 
	counted_fen INTEGER DEFAULT '0' NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_parking_shifts PRIMARY KEY (shift_id)
);
INSERT INTO "parking_shifts" VALUES(1,'1',1,'1',1,1,1,1,'1');
CREATE TABLE parking_stays (
	stay_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	lot_id INTEGER NOT NULL, 
	plate TEXT NOT NULL, 
	plate_color INTEGER, 
	vehicle_class TEXT DEFAULT '' NOT NULL, 
	state TEXT NOT NULL, 
	tariff_id INTEGER, 
	version INTEGER, 
	in_pass INTEGER, 
	in_lane_id INTEGER, 
	in_ms INTEGER NOT NULL, 
	out_pass INTEGER, 
	out_lane_id INTEGER, 
	out_ms INTEGER, 
	out_plate TEXT DEFAULT '' NOT NULL, 
	fen INTEGER, 
	fee TEXT DEFAULT '' NOT NULL, 
	by_day TEXT DEFAULT '{}' NOT NULL, 
	free_on TEXT DEFAULT '[]' NOT NULL, 
	note TEXT DEFAULT '' NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_parking_stays PRIMARY KEY (stay_id)
);
INSERT INTO "parking_stays" VALUES(1,'1',1,1,'1',1,'1','1',1,1,1,1,1,1,1,1,'1',1,'1','1','1','1',1);
CREATE TABLE parking_tariff_versions (
	tariff_id INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	tariff TEXT NOT NULL, 
	cases TEXT NOT NULL, 
	published_by TEXT NOT NULL, 
	published_ms INTEGER NOT NULL, 
	CONSTRAINT pk_parking_tariff_versions PRIMARY KEY (tariff_id, version)
);
INSERT INTO "parking_tariff_versions" VALUES(1,1,'1',1,'1','1','1',1);
CREATE TABLE parking_tariffs (
	tariff_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	draft TEXT NOT NULL, 
	cases TEXT DEFAULT '[]' NOT NULL, 
	version INTEGER DEFAULT '0' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_parking_tariffs PRIMARY KEY (tariff_id)
);
INSERT INTO "parking_tariffs" VALUES(1,'1',1,'1','1','1',1,1,1);
CREATE TABLE parking_tickets (
	stay_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	token_hash TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	opened_ms INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_parking_tickets PRIMARY KEY (stay_id)
);
INSERT INTO "parking_tickets" VALUES(1,'1',1,'1',1,1);
CREATE TABLE password_links (
	account_id INTEGER NOT NULL, 
	token_hash TEXT NOT NULL, 
	expires_ms INTEGER NOT NULL, 
	CONSTRAINT pk_password_links PRIMARY KEY (account_id)
);
INSERT INTO "password_links" VALUES(1,'1',1);
CREATE TABLE payee_accounts (
	tenant_id TEXT NOT NULL, 
	unit_kind TEXT NOT NULL, 
	company_name TEXT NOT NULL, 
	credit_code TEXT NOT NULL, 
	legal_person TEXT NOT NULL, 
	legal_id_sealed TEXT NOT NULL, 
	contact_phone TEXT NOT NULL, 
	licence_upload_id TEXT NOT NULL, 
	id_front_upload_id TEXT NOT NULL, 
	id_back_upload_id TEXT NOT NULL, 
	provider TEXT NOT NULL, 
	provider_ref TEXT NOT NULL, 
	state TEXT NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	account_no TEXT DEFAULT '' NOT NULL, 
	submitted_by INTEGER NOT NULL, 
	submitted_ms INTEGER NOT NULL, 
	reviewed_ms INTEGER DEFAULT '0' NOT NULL, 
	signed_ms INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_payee_accounts PRIMARY KEY (tenant_id)
);
INSERT INTO "payee_accounts" VALUES('1','1','1','1','1','1','1','1','1','1','1','1','1','1','1',1,1,1,1);
CREATE TABLE payment_charges (
	charge_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	subject TEXT NOT NULL, 
	payer_key TEXT NOT NULL, 
	title TEXT NOT NULL, 
	fen INTEGER NOT NULL, 
	return_to TEXT NOT NULL, 
	provider TEXT NOT NULL, 
	pay_url TEXT DEFAULT '' NOT NULL, 
	state TEXT NOT NULL, 
	trade_no TEXT DEFAULT '' NOT NULL, 
	refunded_fen INTEGER DEFAULT '0' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	expires_ms INTEGER NOT NULL, 
	paid_ms INTEGER, 
	CONSTRAINT pk_payment_charges PRIMARY KEY (charge_id)
);
INSERT INTO "payment_charges" VALUES(1,'1',1,'1','1','1',1,'1','1','1','1','1',1,1,1,1);
CREATE TABLE payment_notices (
	provider TEXT NOT NULL, 
	notice_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	charge_id INTEGER NOT NULL, 
	state TEXT NOT NULL, 
	settled INTEGER NOT NULL, 
	received_ms INTEGER NOT NULL, 
	CONSTRAINT pk_payment_notices PRIMARY KEY (provider, notice_id)
);
INSERT INTO "payment_notices" VALUES('1','1','1',1,1,'1',1,1);
CREATE TABLE payment_refunds (
	refund_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	charge_id INTEGER NOT NULL, 
	fen INTEGER NOT NULL, 
	reason TEXT NOT NULL, 
	asked_by TEXT NOT NULL, 
	state TEXT NOT NULL, 
	asked_ms INTEGER NOT NULL, 
	done_ms INTEGER, 
	CONSTRAINT pk_payment_refunds PRIMARY KEY (refund_id)
);
INSERT INTO "payment_refunds" VALUES(1,'1',1,1,1,'1','1','1',1,1);
CREATE TABLE persons (
	id INTEGER NOT NULL, 
	identity_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	phone TEXT, 
	id_no TEXT DEFAULT '' NOT NULL, 
	sex INTEGER, 
	age INTEGER, 
	degree INTEGER, 
	health TEXT DEFAULT '' NOT NULL, 
	marriage INTEGER, 
	politics INTEGER, 
	company TEXT DEFAULT '' NOT NULL, 
	registry TEXT DEFAULT '' NOT NULL, 
	registry_code TEXT DEFAULT '' NOT NULL, 
	residence_address TEXT DEFAULT '' NOT NULL, 
	residence_address_code TEXT DEFAULT '' NOT NULL, 
	nationality TEXT DEFAULT '' NOT NULL, 
	ext TEXT DEFAULT '' NOT NULL, 
	face_upload_id TEXT DEFAULT '' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, face_id TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_persons PRIMARY KEY (id)
);
INSERT INTO "persons" VALUES(1,'1','1','1','1','1',1,1,1,'1',1,1,'1','1','1','1','1','1','1','1',1,1,'1');
CREATE TABLE poi_requests (
	request_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	name TEXT NOT NULL, 
	city TEXT NOT NULL, 
	address TEXT NOT NULL, 
	lng FLOAT, 
	lat FLOAT, 
	words TEXT DEFAULT '' NOT NULL, 
	asked_by TEXT NOT NULL, 
	state TEXT NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	poid TEXT DEFAULT '' NOT NULL, 
	decided_ms INTEGER DEFAULT '0' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	CONSTRAINT pk_poi_requests PRIMARY KEY (request_id)
);
INSERT INTO "poi_requests" VALUES(1,'1','1','1','1','1',1.0,1.0,'1','1','1','1','1',1,1);
CREATE TABLE points (
	device_no INTEGER NOT NULL, 
	property_no INTEGER NOT NULL, 
	ts INTEGER NOT NULL, 
	seq INTEGER NOT NULL, 
	day INTEGER NOT NULL, 
	value FLOAT NOT NULL, 
	CONSTRAINT pk_points PRIMARY KEY (device_no, property_no, ts, seq, day)
)
 WITHOUT ROWID

;
INSERT INTO "points" VALUES(1,1,1,1,1,1.0);
CREATE TABLE pois (
	poid TEXT NOT NULL, 
	name TEXT NOT NULL, 
	city TEXT NOT NULL, 
	search TEXT NOT NULL, 
	city_search TEXT NOT NULL, 
	data TEXT NOT NULL, 
	CONSTRAINT pk_pois PRIMARY KEY (poid)
);
INSERT INTO "pois" VALUES('1','1','1','1','1','1');
CREATE TABLE process_mail (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	to_process TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	body BLOB NOT NULL, 
	sent_ms INTEGER NOT NULL
);
INSERT INTO "process_mail" VALUES(1,'1','1',X'31',1);
CREATE TABLE processes (
	name TEXT NOT NULL, 
	slot INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	host TEXT NOT NULL, 
	pid INTEGER NOT NULL, 
	started_ms INTEGER NOT NULL, 
	seen_ms INTEGER NOT NULL, 
	taken_by TEXT DEFAULT '' NOT NULL, 
	taken_ms INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_processes PRIMARY KEY (name), 
	CONSTRAINT uq_processes_slot UNIQUE (slot)
)
 WITHOUT ROWID

;
INSERT INTO "processes" VALUES('1',1,'1','1',1,1,1,'1',1);
CREATE TABLE product_authentication (
	product_no INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	secrets INTEGER DEFAULT '1' NOT NULL, 
	certificates INTEGER DEFAULT '1' NOT NULL, tls_only INTEGER DEFAULT '0' NOT NULL, fresh_time INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_product_authentication PRIMARY KEY (product_no)
)
 WITHOUT ROWID

;
INSERT INTO "product_authentication" VALUES(1,'1',1,1,1,1);
CREATE TABLE product_drafts (
	product_no INTEGER NOT NULL, 
	revision INTEGER NOT NULL, 
	document TEXT NOT NULL, 
	author TEXT NOT NULL, 
	modified_ms INTEGER NOT NULL, 
	CONSTRAINT pk_product_drafts PRIMARY KEY (product_no), 
	CONSTRAINT fk_product_drafts_product_no FOREIGN KEY(product_no) REFERENCES products (product_no)
);
INSERT INTO "product_drafts" VALUES(1,1,'1','1',1);
CREATE TABLE product_properties (
	property_no INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	product_no INTEGER NOT NULL, 
	identifier TEXT NOT NULL, 
	CONSTRAINT fk_product_properties_product_no FOREIGN KEY(product_no) REFERENCES products (product_no), 
	CONSTRAINT uq_product_properties_product_no_identifier UNIQUE (product_no, identifier)
);
INSERT INTO "product_properties" VALUES(1,1,'1');
CREATE TABLE product_script_versions (
	product_no INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	source TEXT NOT NULL, 
	published_by TEXT NOT NULL, 
	published_ms INTEGER NOT NULL, 
	CONSTRAINT pk_product_script_versions PRIMARY KEY (product_no, version), 
	CONSTRAINT fk_product_script_versions_product_no FOREIGN KEY(product_no) REFERENCES products (product_no) ON DELETE CASCADE
)
 WITHOUT ROWID

;
INSERT INTO "product_script_versions" VALUES(1,1,'1','1',1);
CREATE TABLE product_scripts (
	product_no INTEGER NOT NULL, 
	draft TEXT NOT NULL, 
	draft_version INTEGER NOT NULL, 
	draft_ms INTEGER NOT NULL, 
	published INTEGER, 
	CONSTRAINT pk_product_scripts PRIMARY KEY (product_no), 
	CONSTRAINT fk_product_scripts_product_no FOREIGN KEY(product_no) REFERENCES products (product_no) ON DELETE CASCADE
)
 WITHOUT ROWID

;
INSERT INTO "product_scripts" VALUES(1,'1',1,1,1);
CREATE TABLE product_versions (
	product_no INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	tsl TEXT NOT NULL, 
	notes TEXT DEFAULT '' NOT NULL, 
	author TEXT DEFAULT '' NOT NULL, 
	published_ms INTEGER NOT NULL, 
	CONSTRAINT pk_product_versions PRIMARY KEY (product_no, version), 
	CONSTRAINT fk_product_versions_product_no FOREIGN KEY(product_no) REFERENCES products (product_no)
)
 WITHOUT ROWID

;
INSERT INTO "product_versions" VALUES(1,1,'1','1','1',1);
CREATE TABLE products (
	product_no INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	product_key TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	category_code TEXT DEFAULT '' NOT NULL, 
	category_name TEXT DEFAULT '' NOT NULL, 
	node_type INTEGER DEFAULT '0' NOT NULL, 
	secret TEXT NOT NULL, 
	dynamic_register INTEGER DEFAULT '0' NOT NULL, 
	tsl TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	modified_ms INTEGER NOT NULL, data_format TEXT DEFAULT 'alink' NOT NULL, description TEXT DEFAULT '' NOT NULL, capabilities TEXT DEFAULT '[]' NOT NULL, version INTEGER DEFAULT '1' NOT NULL, 
	CONSTRAINT uq_products_product_key UNIQUE (product_key)
);
INSERT INTO "products" VALUES(1,'1','1','1','1','1',1,'1',1,'1',1,1,'1','1','1',1);
CREATE TABLE progress_told (
	tenant_id TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	process TEXT NOT NULL, 
	phase TEXT NOT NULL, 
	rows_done INTEGER NOT NULL, 
	rows_expected INTEGER NOT NULL, 
	files_done INTEGER NOT NULL, 
	files_expected INTEGER NOT NULL, 
	bytes_done INTEGER NOT NULL, 
	began_ms INTEGER NOT NULL, 
	CONSTRAINT pk_progress_told PRIMARY KEY (tenant_id, subject)
);
INSERT INTO "progress_told" VALUES('1','1','1','1',1,1,1,1,1,1);
CREATE TABLE project_capabilities (
	project_id TEXT NOT NULL, 
	capability TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	state TEXT NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	reviewer TEXT DEFAULT '' NOT NULL, 
	applied_ms INTEGER NOT NULL, 
	reviewed_ms INTEGER, 
	CONSTRAINT pk_project_capabilities PRIMARY KEY (project_id, capability), 
	CONSTRAINT fk_project_capabilities_project_id FOREIGN KEY(project_id) REFERENCES projects (project_id)
);
INSERT INTO "project_capabilities" VALUES('1','1','1','1','1','1',1,1);
CREATE TABLE project_communities (
	project_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	granted_ms INTEGER NOT NULL, 
	CONSTRAINT pk_project_communities PRIMARY KEY (project_id, community_id), 
	CONSTRAINT fk_project_communities_project_id FOREIGN KEY(project_id) REFERENCES projects (project_id)
);
INSERT INTO "project_communities" VALUES('1',1,'1',1);
CREATE TABLE project_details (
	project_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	client_name TEXT NOT NULL, 
	description TEXT DEFAULT '' NOT NULL, 
	start_ms INTEGER NOT NULL, 
	end_ms INTEGER NOT NULL, 
	solution_uuid TEXT DEFAULT '' NOT NULL, 
	solution_version_uuid TEXT DEFAULT '' NOT NULL, 
	cover_urls TEXT NOT NULL, 
	contract_urls TEXT NOT NULL, 
	root_space_id INTEGER NOT NULL, 
	default_app_key TEXT NOT NULL, 
	made_by_project TEXT, 
	deployment TEXT DEFAULT 'public_cloud' NOT NULL, 
	joined_ms INTEGER, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_project_details PRIMARY KEY (project_id), 
	CONSTRAINT fk_project_details_project_id FOREIGN KEY(project_id) REFERENCES projects (project_id)
);
INSERT INTO "project_details" VALUES('1','1','1','1','1',1,1,'1','1','1','1',1,'1','1','1',1,1);
CREATE TABLE project_group_members (
	project_id TEXT NOT NULL, 
	account_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	added_by INTEGER NOT NULL, 
	created_ms INTEGER NOT NULL, 
	CONSTRAINT pk_project_group_members PRIMARY KEY (project_id, account_id)
);
INSERT INTO "project_group_members" VALUES('1',1,'1',1,1);
CREATE TABLE projects (
	project_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	state TEXT DEFAULT 'development' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	CONSTRAINT pk_projects PRIMARY KEY (project_id), 
	CONSTRAINT uq_projects_tenant_id_name UNIQUE (tenant_id, name)
);
INSERT INTO "projects" VALUES('1','1','1','1',1);
CREATE TABLE push_keys (
	key_no INTEGER NOT NULL, 
	public TEXT NOT NULL, 
	sealed TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	CONSTRAINT pk_push_keys PRIMARY KEY (key_no)
);
INSERT INTO "push_keys" VALUES(1,'1','1',1);
CREATE TABLE push_subscriptions (
	subscription_id INTEGER NOT NULL, 
	account_id INTEGER NOT NULL, 
	front TEXT NOT NULL, 
	session_id INTEGER NOT NULL, 
	endpoint_hash TEXT NOT NULL, 
	sealed TEXT NOT NULL, 
	language TEXT NOT NULL, 
	agent TEXT DEFAULT '' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	sent_ms INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_push_subscriptions PRIMARY KEY (subscription_id)
);
INSERT INTO "push_subscriptions" VALUES(1,1,'1',1,'1','1','1','1',1,1);
CREATE TABLE record_changes (
	change_no INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER, 
	kind TEXT NOT NULL, 
	target TEXT NOT NULL, 
	action TEXT NOT NULL, 
	fields TEXT DEFAULT '' NOT NULL, 
	kept TEXT DEFAULT '' NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	by_kind TEXT NOT NULL, 
	by_id TEXT NOT NULL, 
	at_ms INTEGER NOT NULL
);
INSERT INTO "record_changes" VALUES(1,'1',1,'1','1','1','1','1','1','1','1',1);
CREATE TABLE record_files (
	file_name TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER, 
	scope_id TEXT NOT NULL, 
	model_id TEXT NOT NULL, 
	attr_name TEXT NOT NULL, 
	object_key TEXT NOT NULL, 
	creator TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	CONSTRAINT pk_record_files PRIMARY KEY (file_name)
);
INSERT INTO "record_files" VALUES('1','1',1,'1','1','1','1','1',1);
CREATE TABLE recording_gaps (
	gap_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	iot_id TEXT NOT NULL, 
	begin_ms INTEGER NOT NULL, 
	end_ms INTEGER DEFAULT '0' NOT NULL, 
	cause TEXT NOT NULL, 
	CONSTRAINT pk_recording_gaps PRIMARY KEY (gap_id)
);
INSERT INTO "recording_gaps" VALUES(1,'1',1,'1',1,1,'1');
CREATE TABLE recording_plans (
	iot_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	mode TEXT DEFAULT 'off' NOT NULL, 
	hours TEXT DEFAULT '' NOT NULL, 
	sub INTEGER DEFAULT '0' NOT NULL, 
	days INTEGER DEFAULT '30' NOT NULL, 
	most_mb INTEGER DEFAULT '0' NOT NULL, 
	manual_since_ms INTEGER DEFAULT '0' NOT NULL, 
	manual_until_ms INTEGER DEFAULT '0' NOT NULL, 
	manual_by TEXT DEFAULT '' NOT NULL, 
	event_until_ms INTEGER DEFAULT '0' NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_recording_plans PRIMARY KEY (iot_id)
);
INSERT INTO "recording_plans" VALUES('1','1',1,'1','1',1,1,1,1,1,'1',1,1);
CREATE TABLE recording_segments (
	segment_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	iot_id TEXT NOT NULL, 
	begin_ms INTEGER NOT NULL, 
	end_ms INTEGER NOT NULL, 
	bytes INTEGER DEFAULT '0' NOT NULL, 
	cause TEXT NOT NULL, 
	state TEXT NOT NULL, 
	locked INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_recording_segments PRIMARY KEY (segment_id)
);
INSERT INTO "recording_segments" VALUES(1,'1',1,'1',1,1,1,'1','1',1);
CREATE TABLE recording_views (
	view_id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	iot_id TEXT NOT NULL, 
	caller TEXT NOT NULL, 
	what TEXT NOT NULL, 
	begin_ms INTEGER NOT NULL, 
	end_ms INTEGER NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	at_ms INTEGER NOT NULL
, account_id INTEGER, surface TEXT DEFAULT '' NOT NULL, over INTEGER DEFAULT '1' NOT NULL, sha256 TEXT DEFAULT '' NOT NULL);
INSERT INTO "recording_views" VALUES(1,'1',1,'1','1','1',1,1,'1',1,1,'1',1,'1');
CREATE TABLE records (
	id INTEGER NOT NULL, 
	day INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER, 
	scope_id TEXT NOT NULL, 
	model_id TEXT NOT NULL, 
	version TEXT NOT NULL, 
	body TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	modified_ms INTEGER NOT NULL, 
	creator TEXT NOT NULL, 
	modifier TEXT NOT NULL, 
	source TEXT NOT NULL, 
	text_1 TEXT, 
	text_2 TEXT, 
	text_3 TEXT, 
	number_1 INTEGER, 
	CONSTRAINT pk_records PRIMARY KEY (id, day)
)
 WITHOUT ROWID

;
INSERT INTO "records" VALUES(1,1,'1',1,'1','1','1','1',1,1,'1','1','1','1','1','1',1);
CREATE TABLE refused_uplinks (
	device_no INTEGER NOT NULL, 
	seq INTEGER NOT NULL, 
	day INTEGER NOT NULL, 
	at_ms INTEGER NOT NULL, 
	topic TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	payload BLOB NOT NULL, 
	CONSTRAINT pk_refused_uplinks PRIMARY KEY (device_no, seq, day)
)
 WITHOUT ROWID

;
INSERT INTO "refused_uplinks" VALUES(1,1,1,1,'1','1',X'31');
CREATE TABLE resident_forms (
	community_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	fields TEXT NOT NULL, 
	review INTEGER DEFAULT '0' NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_resident_forms PRIMARY KEY (community_id)
);
INSERT INTO "resident_forms" VALUES(1,'1','1',1,1);
CREATE TABLE resident_pages (
	community_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	logo_upload_id TEXT NOT NULL, 
	owner_name TEXT NOT NULL, 
	owner_phone TEXT NOT NULL, 
	state TEXT NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	decided_ms INTEGER DEFAULT '0' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_resident_pages PRIMARY KEY (community_id)
);
INSERT INTO "resident_pages" VALUES(1,'1','1','1','1','1','1','1',1,1,1);
CREATE TABLE resident_vehicles (
	vehicle_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	person_id INTEGER NOT NULL, 
	plate TEXT NOT NULL, 
	region TEXT NOT NULL, 
	brand TEXT DEFAULT '' NOT NULL, 
	color INTEGER, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, deleted_ms INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_resident_vehicles PRIMARY KEY (vehicle_id)
);
INSERT INTO "resident_vehicles" VALUES(1,'1',1,1,'1','1','1',1,1,1,1);
CREATE TABLE sandboxes (
	sandbox_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	owner TEXT NOT NULL, 
	state TEXT NOT NULL, 
	app_key TEXT DEFAULT '' NOT NULL, 
	facts TEXT DEFAULT '{}' NOT NULL, 
	switched_off TEXT DEFAULT '[]' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	used_ms INTEGER NOT NULL, 
	removed_ms INTEGER, 
	CONSTRAINT pk_sandboxes PRIMARY KEY (sandbox_id), 
	CONSTRAINT uq_sandboxes_tenant_id_owner UNIQUE (tenant_id, owner)
);
INSERT INTO "sandboxes" VALUES('1','1','1','1','1','1','1',1,1,1);
CREATE TABLE scan_logins (
	ticket_hash TEXT NOT NULL, 
	browser_hash TEXT NOT NULL, 
	state TEXT NOT NULL, 
	account_id INTEGER DEFAULT '0' NOT NULL, 
	address TEXT DEFAULT '' NOT NULL, 
	agent TEXT DEFAULT '' NOT NULL, 
	expires_ms INTEGER NOT NULL, 
	CONSTRAINT pk_scan_logins PRIMARY KEY (ticket_hash)
);
INSERT INTO "scan_logins" VALUES('1','1','1',1,'1','1',1);
CREATE TABLE script_failures (
	device_no INTEGER NOT NULL, 
	seq INTEGER NOT NULL, 
	day INTEGER NOT NULL, 
	at_ms INTEGER NOT NULL, 
	function TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	input BLOB NOT NULL, 
	CONSTRAINT pk_script_failures PRIMARY KEY (device_no, seq, day)
)
 WITHOUT ROWID

;
INSERT INTO "script_failures" VALUES(1,1,1,1,'1','1','1',X'31');
CREATE TABLE secret_reads (
	read_no INTEGER NOT NULL, 
	day INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	target TEXT NOT NULL, 
	caller TEXT NOT NULL, 
	request_id TEXT NOT NULL, 
	at_ms INTEGER NOT NULL, 
	CONSTRAINT pk_secret_reads PRIMARY KEY (read_no, day)
)
 WITHOUT ROWID

;
INSERT INTO "secret_reads" VALUES(1,1,'1','1','1','1','1',1);
CREATE TABLE security_adapters (
	node_id INTEGER NOT NULL, 
	manufacture TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER, 
	ip TEXT NOT NULL, 
	port INTEGER NOT NULL, 
	since_ms INTEGER NOT NULL, 
	reached INTEGER DEFAULT '1' NOT NULL, 
	stranger TEXT DEFAULT '' NOT NULL, 
	confirmed TEXT DEFAULT '' NOT NULL, 
	seen_ms INTEGER NOT NULL, 
	CONSTRAINT pk_security_adapters PRIMARY KEY (node_id, manufacture)
);
INSERT INTO "security_adapters" VALUES(1,'1','1',1,'1',1,1,1,'1','1',1);
CREATE TABLE security_alarms (
	alarm_id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER, 
	iot_id TEXT NOT NULL, 
	report_id TEXT NOT NULL, 
	event_id TEXT NOT NULL, 
	event_type INTEGER NOT NULL, 
	status INTEGER, 
	confidence INTEGER, 
	corners TEXT DEFAULT '' NOT NULL, 
	details TEXT DEFAULT '{}' NOT NULL, 
	ext_info TEXT DEFAULT '' NOT NULL, 
	scene_key TEXT DEFAULT '' NOT NULL, 
	target_key TEXT DEFAULT '' NOT NULL, 
	face_key TEXT DEFAULT '' NOT NULL, 
	at_ms INTEGER NOT NULL, 
	created_ms INTEGER NOT NULL, 
	state TEXT NOT NULL, 
	verdict TEXT DEFAULT '' NOT NULL, 
	note TEXT DEFAULT '' NOT NULL, 
	handled_by TEXT DEFAULT '' NOT NULL, 
	handled_ms INTEGER, 
	CONSTRAINT uq_security_alarms_tenant_id_report_id UNIQUE (tenant_id, report_id)
);
INSERT INTO "security_alarms" VALUES(1,'1',1,'1','1','1',1,1,1,'1','1','1','1','1','1',1,1,'1','1','1','1',1);
CREATE TABLE security_cameras (
	iot_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER, 
	node_id INTEGER, 
	works INTEGER DEFAULT '1' NOT NULL, 
	why TEXT DEFAULT '' NOT NULL, 
	snapshot_url TEXT DEFAULT '' NOT NULL, 
	seen_ms INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_security_cameras PRIMARY KEY (iot_id)
);
INSERT INTO "security_cameras" VALUES('1','1',1,1,1,'1','1',1);
CREATE TABLE security_captures (
	capture_id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER, 
	iot_id TEXT NOT NULL, 
	report_id TEXT NOT NULL, 
	task_id TEXT DEFAULT '' NOT NULL, 
	object_key TEXT NOT NULL, 
	model_id TEXT DEFAULT '' NOT NULL, 
	vector BLOB, 
	look TEXT DEFAULT '' NOT NULL, 
	at_ms INTEGER NOT NULL, 
	created_ms INTEGER NOT NULL, 
	CONSTRAINT uq_security_captures_tenant_id_report_id UNIQUE (tenant_id, report_id)
);
INSERT INTO "security_captures" VALUES(1,'1',1,'1','1','1','1','1',X'31','1',1,1);
CREATE TABLE security_faces (
	face_id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER, 
	library_id INTEGER NOT NULL, 
	iot_id TEXT NOT NULL, 
	name TEXT DEFAULT '' NOT NULL, 
	ext_info TEXT DEFAULT '' NOT NULL, 
	object_key TEXT NOT NULL, 
	md5 TEXT NOT NULL, 
	model_id TEXT DEFAULT '' NOT NULL, 
	vector BLOB, 
	remote_id TEXT DEFAULT '' NOT NULL, 
	state TEXT NOT NULL, 
	why TEXT DEFAULT '' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL
);
INSERT INTO "security_faces" VALUES(1,'1',1,1,'1','1','1','1','1','1',X'31','1','1','1',1,1);
CREATE TABLE security_libraries (
	library_id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER, 
	iot_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	type INTEGER NOT NULL, 
	ext_info TEXT DEFAULT '' NOT NULL, 
	purpose TEXT DEFAULT '' NOT NULL, 
	approver TEXT DEFAULT '' NOT NULL, 
	expires_ms INTEGER, 
	remote_id TEXT DEFAULT '' NOT NULL, 
	state TEXT NOT NULL, 
	why TEXT DEFAULT '' NOT NULL, 
	change_no INTEGER DEFAULT '0' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL
);
INSERT INTO "security_libraries" VALUES(1,'1',1,'1','1',1,'1','1','1',1,'1','1','1',1,1,1);
CREATE TABLE security_plan_cameras (
	plan_id INTEGER NOT NULL, 
	iot_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER, 
	state TEXT NOT NULL, 
	why TEXT DEFAULT '' NOT NULL, 
	node_id INTEGER, 
	taken_ms INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_security_plan_cameras PRIMARY KEY (plan_id, iot_id)
);
INSERT INTO "security_plan_cameras" VALUES(1,'1','1',1,'1','1',1,1);
CREATE TABLE security_plans (
	plan_id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tenant_id TEXT NOT NULL, 
	project_id TEXT NOT NULL, 
	community_id INTEGER, 
	task_id TEXT NOT NULL, 
	body TEXT NOT NULL, 
	looked_ms INTEGER NOT NULL, 
	next_ms INTEGER, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT uq_security_plans_tenant_id_project_id_task_id UNIQUE (tenant_id, project_id, task_id)
);
INSERT INTO "security_plans" VALUES(1,'1','1',1,'1','1',1,1,1);
CREATE TABLE security_rules (
	iot_id TEXT NOT NULL, 
	event_type INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER, 
	week TEXT NOT NULL, 
	state TEXT NOT NULL, 
	why TEXT DEFAULT '' NOT NULL, 
	fired_ms INTEGER DEFAULT '0' NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_security_rules PRIMARY KEY (iot_id, event_type)
);
INSERT INTO "security_rules" VALUES('1',1,'1',1,'1','1','1',1,1);
CREATE TABLE security_views (
	view_id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER, 
	caller TEXT NOT NULL, 
	what TEXT NOT NULL, 
	target TEXT NOT NULL, 
	at_ms INTEGER NOT NULL
);
INSERT INTO "security_views" VALUES(1,'1',1,'1','1','1',1);
CREATE TABLE serial_categories (
	category_no INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tenant_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	description TEXT DEFAULT '' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	CONSTRAINT uq_serial_categories_tenant_id_name UNIQUE (tenant_id, name)
);
INSERT INTO "serial_categories" VALUES(1,'1','1','1',1);
CREATE TABLE serial_numbers (
	sn TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	category_no INTEGER, 
	vpc_instance_id TEXT DEFAULT '' NOT NULL, 
	product_key TEXT NOT NULL, 
	device_name TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	CONSTRAINT pk_serial_numbers PRIMARY KEY (tenant_id, sn), 
	CONSTRAINT fk_serial_numbers_category_no FOREIGN KEY(category_no) REFERENCES serial_categories (category_no), 
	CONSTRAINT uq_serial_numbers_tenant_id_product_key_device_name UNIQUE (tenant_id, product_key, device_name)
);
INSERT INTO "serial_numbers" VALUES('1','1',1,'1','1','1',1);
CREATE TABLE service_bus_calls (
	day INTEGER NOT NULL, 
	call_no INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	project_id TEXT NOT NULL, 
	app_key TEXT NOT NULL, 
	model_id TEXT NOT NULL, 
	method TEXT NOT NULL, 
	provider_no INTEGER NOT NULL, 
	provider TEXT NOT NULL, 
	request_id TEXT NOT NULL, 
	at_ms INTEGER NOT NULL, 
	took_ms INTEGER NOT NULL, 
	code TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	request TEXT NOT NULL, 
	response TEXT NOT NULL, 
	CONSTRAINT pk_service_bus_calls PRIMARY KEY (day, call_no)
);
INSERT INTO "service_bus_calls" VALUES(1,1,'1','1','1','1','1',1,'1','1',1,1,'1','1','1','1');
CREATE TABLE service_calls (
	call_no INTEGER NOT NULL, 
	day INTEGER NOT NULL, 
	device_no INTEGER NOT NULL, 
	identifier TEXT NOT NULL, 
	call_type TEXT NOT NULL, 
	caller TEXT NOT NULL, 
	input TEXT NOT NULL, 
	output TEXT, 
	state TEXT NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	called_ms INTEGER NOT NULL, 
	answered_ms INTEGER, cause TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_service_calls PRIMARY KEY (call_no, day)
)
 WITHOUT ROWID

;
INSERT INTO "service_calls" VALUES(1,1,1,'1','1','1','1','1','1','1',1,1,'1');
CREATE TABLE service_models (
	model_no INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tenant_id TEXT NOT NULL, 
	model_id TEXT NOT NULL, 
	version TEXT NOT NULL, 
	document TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	modified_ms INTEGER NOT NULL, 
	CONSTRAINT uq_service_models_tenant_id_model_id_version UNIQUE (tenant_id, model_id, version)
);
INSERT INTO "service_models" VALUES(1,'1','1','1','1',1,1);
CREATE TABLE service_providers (
	provider_no INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tenant_id TEXT NOT NULL, 
	project_id TEXT, 
	model_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	address TEXT DEFAULT '' NOT NULL, 
	iot_id TEXT DEFAULT '' NOT NULL, 
	timeout_ms INTEGER NOT NULL, 
	enabled INTEGER DEFAULT '1' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	modified_ms INTEGER NOT NULL
);
INSERT INTO "service_providers" VALUES(1,'1','1','1','1','1','1','1',1,1,1,1);
CREATE TABLE service_warnings (
	community_id INTEGER NOT NULL, 
	service_end TEXT NOT NULL, 
	days INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	at_ms INTEGER NOT NULL, 
	CONSTRAINT pk_service_warnings PRIMARY KEY (community_id, service_end, days)
);
INSERT INTO "service_warnings" VALUES(1,'1',1,'1',1);
CREATE TABLE sign_in_attempts (
	"key" TEXT NOT NULL, 
	failures INTEGER NOT NULL, 
	first_ms INTEGER NOT NULL, 
	last_ms INTEGER NOT NULL, 
	open_ms INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_sign_in_attempts PRIMARY KEY ("key")
);
INSERT INTO "sign_in_attempts" VALUES('1',1,1,1,1);
CREATE TABLE sign_in_codes (
	phone TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	sent_ms INTEGER NOT NULL, 
	expires_ms INTEGER NOT NULL, 
	tries INTEGER DEFAULT '0' NOT NULL, 
	sent_in_hour INTEGER DEFAULT '0' NOT NULL, 
	hour_ms INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_sign_in_codes PRIMARY KEY (phone)
);
INSERT INTO "sign_in_codes" VALUES('1','1',1,1,1,1,1);
CREATE TABLE simulations (
	device_no INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	process TEXT NOT NULL, 
	caller TEXT NOT NULL, 
	settings TEXT NOT NULL, 
	commands TEXT DEFAULT '[]' NOT NULL, 
	begun_ms INTEGER NOT NULL, 
	ends_ms INTEGER NOT NULL, 
	watched_ms INTEGER NOT NULL, 
	CONSTRAINT pk_simulations PRIMARY KEY (device_no)
)
 WITHOUT ROWID

;
INSERT INTO "simulations" VALUES(1,'1','1','1','1','1',1,1,1);
CREATE TABLE sms_outbox (
	message_no INTEGER NOT NULL, 
	phone TEXT NOT NULL, 
	sealed TEXT NOT NULL, 
	at_ms INTEGER NOT NULL, 
	expires_ms INTEGER NOT NULL, 
	CONSTRAINT pk_sms_outbox PRIMARY KEY (message_no)
);
INSERT INTO "sms_outbox" VALUES(1,'1','1',1,1);
CREATE TABLE spaces (
	space_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	parent_id INTEGER, 
	kind TEXT NOT NULL, 
	name TEXT NOT NULL, 
	direction INTEGER, 
	depth INTEGER NOT NULL, 
	path TEXT NOT NULL, 
	order_key TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_spaces PRIMARY KEY (space_id)
);
INSERT INTO "spaces" VALUES(1,'1',1,1,'1','1',1,1,'1','1',1,1);
CREATE TABLE staff (
	tenant_id TEXT NOT NULL, 
	account_id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	disabled INTEGER DEFAULT '0' NOT NULL, 
	added_by INTEGER NOT NULL, 
	created_ms INTEGER NOT NULL, 
	CONSTRAINT pk_staff PRIMARY KEY (tenant_id, account_id)
);
INSERT INTO "staff" VALUES('1',1,'1',1,1,1);
CREATE TABLE staff_log (
	entry_no INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	at_ms INTEGER NOT NULL, 
	by_account INTEGER NOT NULL, 
	by_name TEXT NOT NULL, 
	action TEXT NOT NULL, 
	account_id INTEGER, 
	account_name TEXT DEFAULT '' NOT NULL, 
	detail TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_staff_log PRIMARY KEY (entry_no)
);
INSERT INTO "staff_log" VALUES(1,'1',1,1,'1','1',1,'1','1');
CREATE TABLE staff_rights (
	account_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	"right" TEXT NOT NULL, 
	given_by INTEGER NOT NULL, 
	created_ms INTEGER NOT NULL, 
	CONSTRAINT pk_staff_rights PRIMARY KEY (account_id, tenant_id, "right")
);
INSERT INTO "staff_rights" VALUES(1,'1','1',1,1);
CREATE TABLE subscription_consumers (
	subscription_id INTEGER NOT NULL, 
	process TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	consumers INTEGER NOT NULL, 
	seen_ms INTEGER NOT NULL, 
	CONSTRAINT pk_subscription_consumers PRIMARY KEY (subscription_id, process)
)
 WITHOUT ROWID

;
INSERT INTO "subscription_consumers" VALUES(1,'1','1',1,1);
CREATE TABLE subscription_minutes (
	subscription_id INTEGER NOT NULL, 
	minute_ms INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	delivered INTEGER NOT NULL, 
	failed INTEGER NOT NULL, 
	CONSTRAINT pk_subscription_minutes PRIMARY KEY (subscription_id, minute_ms)
)
 WITHOUT ROWID

;
INSERT INTO "subscription_minutes" VALUES(1,1,'1',1,1);
CREATE TABLE subscriptions (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tenant_id TEXT NOT NULL, 
	project_id TEXT NOT NULL, 
	app_key TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	name TEXT NOT NULL, 
	stream TEXT DEFAULT 'changes' NOT NULL, 
	filters TEXT DEFAULT '{}' NOT NULL, 
	url TEXT DEFAULT '' NOT NULL, 
	secret TEXT DEFAULT '' NOT NULL, 
	enabled INTEGER DEFAULT '1' NOT NULL, 
	stopped_reason TEXT DEFAULT '' NOT NULL, 
	cursor_id INTEGER DEFAULT '0' NOT NULL, 
	failing_since_ms INTEGER, 
	created_ms INTEGER NOT NULL, 
	last_seen_ms INTEGER DEFAULT '0' NOT NULL, 
	generation INTEGER DEFAULT '0' NOT NULL, 
	lease_by TEXT DEFAULT '' NOT NULL, 
	lease_until_ms INTEGER DEFAULT '0' NOT NULL, last_error TEXT DEFAULT '' NOT NULL, replay_since_ms INTEGER DEFAULT '0' NOT NULL, replay_from_id INTEGER DEFAULT '0' NOT NULL, replay_to_id INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT uq_subscriptions_app_key_kind_name UNIQUE (app_key, kind, name)
);
INSERT INTO "subscriptions" VALUES(1,'1','1','1','1','1','1','1','1','1',1,'1',1,1,1,1,1,'1',1,'1',1,1,1);
CREATE TABLE tenants (
	id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	CONSTRAINT pk_tenants PRIMARY KEY (id), 
	CONSTRAINT uq_tenants_name UNIQUE (name)
);
INSERT INTO "tenants" VALUES('1','1',1);
CREATE TABLE text_points (
	device_no INTEGER NOT NULL, 
	property_no INTEGER NOT NULL, 
	ts INTEGER NOT NULL, 
	seq INTEGER NOT NULL, 
	day INTEGER NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_text_points PRIMARY KEY (device_no, property_no, ts, seq, day)
)
 WITHOUT ROWID

;
INSERT INTO "text_points" VALUES(1,1,1,1,1,'1');
CREATE TABLE thing_events (
	device_no INTEGER NOT NULL, 
	identifier TEXT NOT NULL, 
	ts INTEGER NOT NULL, 
	seq INTEGER NOT NULL, 
	day INTEGER NOT NULL, 
	type TEXT NOT NULL, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_thing_events PRIMARY KEY (device_no, identifier, ts, seq, day)
)
 WITHOUT ROWID

;
INSERT INTO "thing_events" VALUES(1,'1',1,1,1,'1','1');
CREATE TABLE things_audit (
	audit_no INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tenant_id TEXT NOT NULL, 
	done_ms INTEGER NOT NULL, 
	caller TEXT NOT NULL, 
	act TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	facts TEXT DEFAULT '{}' NOT NULL
);
INSERT INTO "things_audit" VALUES(1,'1',1,'1','1','1','1');
CREATE TABLE traffic_hours (
	community_id INTEGER NOT NULL, 
	hour INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	direction TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	passed INTEGER NOT NULL, 
	refused INTEGER NOT NULL, 
	CONSTRAINT pk_traffic_hours PRIMARY KEY (community_id, hour, kind, direction)
);
INSERT INTO "traffic_hours" VALUES(1,1,'1','1','1',1,1);
CREATE TABLE uploads (
	upload_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	project_id TEXT, 
	community_id INTEGER, 
	biz_code TEXT NOT NULL, 
	tmp_key TEXT NOT NULL, 
	object_key TEXT NOT NULL, 
	content_type TEXT NOT NULL, 
	size INTEGER NOT NULL, 
	width INTEGER DEFAULT '0' NOT NULL, 
	height INTEGER DEFAULT '0' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	CONSTRAINT pk_uploads PRIMARY KEY (upload_id)
);
INSERT INTO "uploads" VALUES('1','1','1',1,'1','1','1','1',1,1,1,1);
CREATE TABLE used_logins (
	proof TEXT NOT NULL, 
	used_ms INTEGER NOT NULL, 
	CONSTRAINT pk_used_logins PRIMARY KEY (proof)
)
 WITHOUT ROWID

;
INSERT INTO "used_logins" VALUES('1',1);
CREATE TABLE user_group_members (
	user_group_id TEXT NOT NULL, 
	person_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	created_ms INTEGER NOT NULL, 
	CONSTRAINT pk_user_group_members PRIMARY KEY (user_group_id, person_id)
);
INSERT INTO "user_group_members" VALUES('1',1,'1',1,1);
CREATE TABLE user_groups (
	user_group_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	type TEXT NOT NULL, 
	name TEXT NOT NULL, 
	is_default INTEGER DEFAULT '0' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_user_groups PRIMARY KEY (user_group_id)
);
INSERT INTO "user_groups" VALUES('1','1',1,'1','1',1,1,1);
CREATE TABLE visit_posters (
	community_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	code TEXT NOT NULL, 
	is_open INTEGER DEFAULT '1' NOT NULL, 
	changed_ms INTEGER NOT NULL, 
	CONSTRAINT pk_visit_posters PRIMARY KEY (community_id)
);
INSERT INTO "visit_posters" VALUES(1,'1','1',1,1);
CREATE TABLE visit_tries (
	"key" TEXT NOT NULL, 
	tries INTEGER NOT NULL, 
	since_ms INTEGER NOT NULL, 
	CONSTRAINT pk_visit_tries PRIMARY KEY ("key")
);
INSERT INTO "visit_tries" VALUES('1',1,1);
CREATE TABLE visits (
	apply_id INTEGER NOT NULL, 
	tenant_id TEXT NOT NULL, 
	community_id INTEGER NOT NULL, 
	house_id INTEGER NOT NULL, 
	state TEXT NOT NULL, 
	source TEXT NOT NULL, 
	name TEXT NOT NULL, 
	type INTEGER NOT NULL, 
	phone TEXT NOT NULL, 
	id_no TEXT NOT NULL, 
	gender INTEGER, 
	plate TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	people INTEGER NOT NULL, 
	host_name TEXT NOT NULL, 
	starts_ms INTEGER NOT NULL, 
	ends_ms INTEGER NOT NULL, 
	submitter_id INTEGER, 
	submitter_identity TEXT NOT NULL, 
	visitor_id INTEGER, 
	visitor_identity TEXT NOT NULL, 
	qr_code TEXT NOT NULL, 
	arrived_ms INTEGER NOT NULL, 
	left_ms INTEGER NOT NULL, 
	end_reason TEXT NOT NULL, 
	changed_by TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	changed_ms INTEGER NOT NULL, door_codes TEXT DEFAULT '' NOT NULL, uses INTEGER DEFAULT '-1' NOT NULL, 
	CONSTRAINT pk_visits PRIMARY KEY (apply_id)
);
INSERT INTO "visits" VALUES(1,'1',1,1,'1','1','1',1,'1','1',1,'1','1',1,'1',1,1,1,'1',1,'1','1',1,1,'1','1',1,1,'1',1);
CREATE INDEX ix_access_cards_person ON access_cards (tenant_id, project_id, identity_id);
CREATE INDEX ix_access_doors_community ON access_doors (community_id, name);
CREATE INDEX ix_access_doors_names ON access_doors (product_key, device_name);
CREATE INDEX ix_access_passes_community ON access_passes (community_id, id);
CREATE INDEX ix_access_passes_door ON access_passes (iot_id, id);
CREATE INDEX ix_access_passes_person ON access_passes (identity_id, id);
CREATE INDEX ix_access_qr_codes_person ON access_qr_codes (tenant_id, project_id, identity_id);
CREATE INDEX ix_access_qr_permissions_community ON access_qr_permissions (community_id, changed_ms);
CREATE INDEX ix_access_qr_permissions_door ON access_qr_permissions (iot_id, live);
CREATE INDEX ix_access_remote_opens_door ON access_remote_opens (iot_id, id);
CREATE INDEX ix_account_persons_person ON account_persons (person_id);
CREATE INDEX ix_account_roles_tenant ON account_roles (tenant_id, community_id);
CREATE INDEX ix_changes_created_ms ON changes (created_ms);
CREATE INDEX ix_changes_tenant ON changes (tenant_id, id);
CREATE INDEX ix_communities_poid ON communities (poid);
CREATE INDEX ix_communities_review ON communities (apply_status, created_ms);
CREATE INDEX ix_communities_tenant ON communities (tenant_id, apply_status);
CREATE UNIQUE INDEX uq_communities_scope ON communities (scope_id);
CREATE INDEX ix_community_persons_person ON community_persons (person_id);
CREATE INDEX ix_console_sessions_account ON console_sessions (account_id);
CREATE INDEX ix_console_sessions_expires ON console_sessions (expires_ms);
CREATE UNIQUE INDEX uq_console_sessions_token ON console_sessions (token_hash);
CREATE INDEX ix_deliveries_due ON deliveries (subscription_id, state, next_ms);
CREATE INDEX ix_delivery_attempts_at_ms ON delivery_attempts (at_ms);
CREATE INDEX ix_delivery_attempts_subscription ON delivery_attempts (subscription_id, id);
CREATE INDEX ix_delivery_desired_due ON delivery_desired (next_try_ms);
CREATE INDEX ix_delivery_desired_list ON delivery_desired (community_id, changed_ms);
CREATE INDEX ix_delivery_desired_recheck ON delivery_desired (recheck_ms);
CREATE INDEX ix_delivery_desired_subject ON delivery_desired (subject);
CREATE INDEX ix_delivery_desired_history_row ON delivery_desired_history (desired_id);
CREATE INDEX ix_delivery_grant_history_grant ON delivery_grant_history (grant_id);
CREATE INDEX ix_delivery_grants_target ON delivery_grants (target_type, target);
CREATE INDEX ix_delivery_targets_row ON delivery_targets (device, kind, credential);
CREATE INDEX ix_device_tags_value ON device_tags (tag_key, tag_value);
CREATE UNIQUE INDEX uq_house_assets_name ON house_assets (house_id, type, name);
CREATE INDEX ix_houses_location ON houses (community_id, location_key);
CREATE INDEX ix_inbox_work_state ON inbox_work (state, seq);
CREATE INDEX ix_mqtt_downlinks_device ON mqtt_downlinks (product_key, device_name);
CREATE INDEX ix_openapi_tokens_expires ON openapi_tokens (expires_ms);
CREATE INDEX ix_openapi_tokens_pair ON openapi_tokens (app_key, community_id);
CREATE INDEX ix_outbox_due ON outbox (state, due_ms);
CREATE INDEX ix_outbox_key ON outbox ("key", id);
CREATE UNIQUE INDEX uq_persons_identity ON persons (identity_id);
CREATE UNIQUE INDEX uq_persons_phone ON persons (tenant_id, phone);
CREATE INDEX ix_pois_city ON pois (city, name);
CREATE INDEX ix_products_tenant ON products (tenant_id, product_no);
CREATE INDEX ix_record_files_created_ms ON record_files (created_ms);
CREATE INDEX ix_records_community ON records (community_id, model_id, id);
CREATE INDEX ix_records_model ON records (tenant_id, model_id, id);
CREATE INDEX ix_records_number_1 ON records (tenant_id, model_id, number_1);
CREATE INDEX ix_records_text_1 ON records (text_1, model_id, id);
CREATE INDEX ix_records_text_2 ON records (text_2, model_id, id);
CREATE INDEX ix_records_text_3 ON records (text_3, model_id, id);
CREATE INDEX ix_service_calls_device ON service_calls (device_no, identifier, called_ms);
CREATE INDEX ix_sign_in_attempts_last ON sign_in_attempts (last_ms);
CREATE INDEX ix_spaces_children ON spaces (parent_id, kind, order_key);
CREATE INDEX ix_spaces_kind ON spaces (community_id, kind, order_key);
CREATE UNIQUE INDEX uq_spaces_name ON spaces (parent_id, name);
CREATE UNIQUE INDEX uq_spaces_path ON spaces (path);
CREATE INDEX ix_subscriptions_project ON subscriptions (project_id);
CREATE UNIQUE INDEX uq_uploads_tmp_key ON uploads (tmp_key);
CREATE INDEX ix_user_group_members_person ON user_group_members (person_id, community_id);
CREATE UNIQUE INDEX uq_user_groups_name ON user_groups (community_id, name);
CREATE INDEX ix_app_keys_project_id ON app_keys (project_id);
CREATE INDEX ix_devices_community ON devices (community_id, device_no);
CREATE INDEX ix_devices_gateway ON devices (gateway_no);
CREATE INDEX ix_devices_product_no ON devices (product_no);
CREATE INDEX ix_devices_project ON devices (project_id, device_no);
CREATE INDEX ix_devices_tenant ON devices (tenant_id, device_no);
CREATE INDEX ix_project_communities_community ON project_communities (community_id);
CREATE INDEX ix_company_role_holders_role ON company_role_holders (role_id);
CREATE UNIQUE INDEX uq_company_roles_name ON company_roles (tenant_id, name);
CREATE INDEX ix_config_holders_config ON config_holders (config_no);
CREATE INDEX ix_device_batches_tenant ON device_batches (tenant_id, batch_no);
CREATE INDEX ix_device_certificates_fingerprint ON device_certificates (fingerprint);
CREATE INDEX ix_device_firmware_version ON device_firmware (module, version);
CREATE INDEX ix_device_fronts_front ON device_fronts (front);
CREATE INDEX ix_device_log_lines_trace ON device_log_lines (device_no, trace_id);
CREATE INDEX ix_mqtt_retained_owner ON mqtt_retained (product_key, device_name);
CREATE INDEX ix_mqtt_retained_tenant ON mqtt_retained (tenant_id);
CREATE INDEX ix_notice_targets_space ON notice_targets (space_id);
CREATE INDEX ix_notices_changed ON notices (community_id, deleted_ms, changed_ms);
CREATE INDEX ix_notices_published ON notices (community_id, deleted_ms, state, publish_ms);
CREATE INDEX ix_process_mail_to ON process_mail (to_process, id);
CREATE INDEX ix_project_group_members_account ON project_group_members (account_id);
CREATE INDEX ix_secret_reads_target ON secret_reads (kind, target, read_no);
CREATE INDEX ix_service_bus_calls_tenant ON service_bus_calls (tenant_id, day, call_no);
CREATE INDEX ix_service_providers_model ON service_providers (tenant_id, model_id);
CREATE INDEX ix_sign_in_codes_expires ON sign_in_codes (expires_ms);
CREATE INDEX ix_simulations_process ON simulations (process);
CREATE INDEX ix_sms_outbox_at ON sms_outbox (at_ms);
CREATE INDEX ix_staff_account ON staff (account_id);
CREATE INDEX ix_staff_log_account ON staff_log (tenant_id, account_id, entry_no);
CREATE INDEX ix_staff_log_tenant ON staff_log (tenant_id, entry_no);
CREATE INDEX ix_subscription_minutes_minute ON subscription_minutes (minute_ms);
CREATE INDEX ix_things_audit_subject ON things_audit (tenant_id, subject, audit_no);
CREATE INDEX ix_certificate_links_expires ON certificate_links (expires_ms);
CREATE INDEX ix_config_pushes_product ON config_pushes (product_no, push_no);
CREATE INDEX ix_device_batch_rows_state ON device_batch_rows (batch_no, state, row_no);
CREATE INDEX ix_device_group_members_device ON device_group_members (device_no);
CREATE INDEX ix_firmwares_tenant ON firmwares (tenant_id, firmware_no);
CREATE INDEX ix_project_capabilities_state ON project_capabilities (state, applied_ms);
CREATE INDEX ix_project_details_maker ON project_details (made_by_project);
CREATE INDEX ix_serial_numbers_category ON serial_numbers (category_no, sn);
CREATE INDEX ix_config_push_devices_device ON config_push_devices (device_no, state);
CREATE INDEX ix_config_push_devices_state ON config_push_devices (push_no, state, message_no);
CREATE INDEX ix_ota_campaigns_firmware_no ON ota_campaigns (firmware_no);
CREATE INDEX ix_ota_campaigns_module ON ota_campaigns (product_no, module, state);
CREATE INDEX ix_ota_campaigns_tenant ON ota_campaigns (tenant_id, campaign_no);
CREATE INDEX ix_ota_jobs_device ON ota_jobs (device_no, module, state);
CREATE INDEX ix_ota_jobs_due ON ota_jobs (campaign_no, due_ms);
CREATE INDEX ix_ota_jobs_state ON ota_jobs (campaign_no, state, job_no);
CREATE UNIQUE INDEX uq_agreements_version ON agreements (kind, version);
CREATE INDEX ix_community_log_community ON community_log (community_id, entry_no);
CREATE INDEX ix_community_rights_person ON community_rights (person_id);
CREATE INDEX ix_department_members_person ON department_members (person_id, community_id);
CREATE INDEX ix_departments_parent ON departments (community_id, parent_id, created_ms);
CREATE INDEX ix_employees_created ON employees (community_id, created_ms);
CREATE INDEX ix_employees_person ON employees (person_id);
CREATE INDEX ix_house_invitations_created ON house_invitations (created_ms);
CREATE INDEX ix_invitations_tenant ON invitations (tenant_id, invitation_id);
CREATE UNIQUE INDEX uq_invitations_token ON invitations (token_hash);
CREATE INDEX ix_join_requests_account ON join_requests (account_id, request_id);
CREATE INDEX ix_join_requests_tenant ON join_requests (tenant_id, state, request_id);
CREATE UNIQUE INDEX uq_login_links_account ON login_links (account_id, provider);
CREATE INDEX ix_login_starts_expires ON login_starts (expires_ms);
CREATE INDEX ix_map_devices_community ON map_devices (community_id);
CREATE INDEX ix_mqtt_wills_front ON mqtt_wills (front);
CREATE INDEX ix_mqtt_wills_tenant ON mqtt_wills (tenant_id);
CREATE INDEX ix_payee_accounts_ref ON payee_accounts (provider, provider_ref);
CREATE INDEX ix_payee_accounts_state ON payee_accounts (state, submitted_ms);
CREATE INDEX ix_poi_requests_state ON poi_requests (state, request_id);
CREATE INDEX ix_poi_requests_tenant ON poi_requests (tenant_id, request_id);
CREATE INDEX ix_record_changes_community ON record_changes (community_id, change_no);
CREATE INDEX ix_record_changes_target ON record_changes (kind, target, change_no);
CREATE INDEX ix_refused_uplinks_seq ON refused_uplinks (seq);
CREATE INDEX ix_resident_pages_state ON resident_pages (state, changed_ms);
CREATE UNIQUE INDEX uq_resident_pages_name ON resident_pages (name);
CREATE INDEX ix_resident_vehicles_created ON resident_vehicles (community_id, created_ms, vehicle_id);
CREATE INDEX ix_resident_vehicles_person ON resident_vehicles (person_id, community_id);
CREATE INDEX ix_sandboxes_app_key ON sandboxes (app_key);
CREATE INDEX ix_scan_logins_expires ON scan_logins (expires_ms);
CREATE UNIQUE INDEX uq_visit_posters_code ON visit_posters (code);
CREATE INDEX ix_visit_tries_since ON visit_tries (since_ms);
CREATE INDEX ix_visits_ends ON visits (ends_ms);
CREATE INDEX ix_visits_house ON visits (house_id, starts_ms);
CREATE INDEX ix_visits_starts ON visits (community_id, starts_ms, apply_id);
CREATE INDEX ix_visits_state ON visits (community_id, state, ends_ms);
CREATE INDEX ix_visits_submitter ON visits (submitter_id, starts_ms);
CREATE INDEX ix_visits_visitor ON visits (visitor_identity, ends_ms);
CREATE INDEX ix_access_cards_holder ON access_cards (identity_id, live);
CREATE INDEX ix_access_qr_permissions_holder ON access_qr_permissions (identity_id, live);
CREATE INDEX ix_persons_face ON persons (face_id);
CREATE INDEX ix_persons_phone ON persons (phone);
CREATE INDEX ix_access_credentials_found ON access_credentials (community_id, kind, credential);
CREATE INDEX ix_access_credentials_holder ON access_credentials (identity_id, live);
CREATE INDEX ix_access_credentials_list ON access_credentials (community_id, changed_ms);
CREATE INDEX ix_access_door_scopes_community ON access_door_scopes (community_id);
CREATE INDEX ix_camera_batches_community ON camera_batches (community_id, batch_id);
CREATE INDEX ix_cameras_changed ON cameras (community_id, changed_ms, camera_id);
CREATE INDEX ix_cameras_device ON cameras (iot_id);
CREATE UNIQUE INDEX uq_cameras_device ON cameras (community_id, iot_id);
CREATE INDEX ix_data_exports_account ON data_exports (account_id, export_id);
CREATE INDEX ix_data_exports_expires ON data_exports (expires_ms);
CREATE INDEX ix_deletion_requests_account ON deletion_requests (account_id, request_id);
CREATE INDEX ix_deletion_requests_community ON deletion_requests (community_id, state, due_ms);
CREATE INDEX ix_deletion_requests_due ON deletion_requests (state, due_ms);
CREATE INDEX ix_delivery_holds_subject ON delivery_holds (subject, community_id, lifted_ms);
CREATE INDEX ix_edge_certificates_package ON edge_certificates (package_sha256, state);
CREATE INDEX ix_edge_certificates_state ON edge_certificates (state, created_ms);
CREATE INDEX ix_edge_certificates_tenant ON edge_certificates (tenant_id, created_ms);
CREATE INDEX ix_edge_clusters_community ON edge_clusters (community_id);
CREATE INDEX ix_edge_clusters_tenant ON edge_clusters (tenant_id, created_ms, cluster_id);
CREATE INDEX ix_edge_deployments_gateway ON edge_deployments (gateway_id, generation);
CREATE UNIQUE INDEX uq_edge_deployments_generation ON edge_deployments (node_id, generation);
CREATE INDEX ix_edge_devices_gateway ON edge_devices (gateway_id, edge_device_id);
CREATE INDEX ix_edge_devices_protocol ON edge_devices (protocol_id, edge_device_id);
CREATE UNIQUE INDEX uq_edge_devices_device ON edge_devices (iot_id);
CREATE INDEX ix_edge_gateways_cluster ON edge_gateways (cluster_id);
CREATE UNIQUE INDEX uq_edge_gateways_node ON edge_gateways (node_id);
CREATE INDEX ix_edge_imports_protocol ON edge_imports (protocol_id, created_ms);
CREATE INDEX ix_edge_node_beats_at ON edge_node_beats (present, at_ms);
CREATE INDEX ix_edge_node_log_at ON edge_node_log (at_ms);
CREATE INDEX ix_edge_node_log_node ON edge_node_log (node_id, entry_no);
CREATE INDEX ix_edge_nodes_device ON edge_nodes (iot_id);
CREATE UNIQUE INDEX uq_edge_nodes_name ON edge_nodes (cluster_id, name);
CREATE UNIQUE INDEX uq_edge_nodes_serial ON edge_nodes (serial_number);
CREATE INDEX ix_edge_nonces_expires ON edge_nonces (expires_ms);
CREATE UNIQUE INDEX uq_edge_packages_version ON edge_packages (tenant_id, driver_id, version);
CREATE INDEX ix_edge_passage_rules_gateway ON edge_passage_rules (gateway_id, created_ms);
CREATE UNIQUE INDEX uq_edge_protocols_driver ON edge_protocols (gateway_id, driver_id);
CREATE INDEX ix_edge_replacements_node ON edge_replacements (node_id, created_ms);
CREATE UNIQUE INDEX uq_edge_trusted_keys_key ON edge_trusted_keys (tenant_id, public_key);
CREATE INDEX ix_edge_tunnels_asked ON edge_tunnels (asked_ms);
CREATE INDEX ix_edge_tunnels_box ON edge_tunnels (box_ticket);
CREATE INDEX ix_edge_tunnels_node ON edge_tunnels (node_id, asked_ms);
CREATE INDEX ix_edge_tunnels_person ON edge_tunnels (person_ticket);
CREATE INDEX ix_face_consents_expiry ON face_consents (expires_ms);
CREATE INDEX ix_face_consents_image ON face_consents (image_id);
CREATE INDEX ix_face_consents_list ON face_consents (community_id, given_ms);
CREATE INDEX ix_face_deployments_group ON face_deployments (user_group_id);
CREATE INDEX ix_face_deployments_list ON face_deployments (community_id, deployed_ms);
CREATE INDEX ix_face_erasure_devices_device ON face_erasure_devices (iot_id);
CREATE INDEX ix_face_erasures_face ON face_erasures (face_id);
CREATE INDEX ix_face_erasures_list ON face_erasures (community_id, asked_ms);
CREATE INDEX ix_face_images_expiry ON face_images (live, expires_ms);
CREATE INDEX ix_face_images_face ON face_images (face_id);
CREATE INDEX ix_face_images_person ON face_images (identity_id);
CREATE INDEX ix_face_staff_person ON face_staff (identity_id);
CREATE INDEX ix_face_templates_change ON face_templates (community_id, change_no);
CREATE INDEX ix_face_templates_face ON face_templates (face_id);
CREATE INDEX ix_face_templates_person ON face_templates (identity_id);
CREATE INDEX ix_face_templates_state ON face_templates (state, model_id);
CREATE INDEX ix_open_accounts_identity ON open_accounts (identity_id, frozen);
CREATE UNIQUE INDEX uq_open_accounts_login ON open_accounts (tenant_id, project_id, login_name);
CREATE UNIQUE INDEX uq_open_accounts_phone ON open_accounts (tenant_id, project_id, phone);
CREATE INDEX ix_organisation_upgrades_expires ON organisation_upgrades (expires_ms);
CREATE INDEX ix_push_subscriptions_account ON push_subscriptions (account_id, front);
CREATE UNIQUE INDEX uq_push_subscriptions_endpoint ON push_subscriptions (endpoint_hash);
CREATE UNIQUE INDEX ix_access_qr_codes_key ON access_qr_codes (community_id, identity_id, source);
CREATE INDEX ix_access_qr_codes_made ON access_qr_codes (source, created_ms, qr_code);
CREATE INDEX ix_community_persons_created ON community_persons (community_id, created_ms, person_id, tenant_id);
CREATE INDEX ix_community_persons_changed ON community_persons (community_id, changed_ms, person_id, tenant_id);
CREATE INDEX ix_delivery_desired_credential ON delivery_desired (credential, kind);
CREATE INDEX ix_delivery_devices_compare ON delivery_devices (compare_ms);
CREATE INDEX ix_delivery_grants_credential ON delivery_grants (credential, kind);
CREATE INDEX ix_delivery_targets_credential ON delivery_targets (credential, kind);
CREATE INDEX ix_delivery_targets_subject ON delivery_targets (subject, community_id);
CREATE INDEX ix_house_members_changed ON house_members (community_id, status, changed_ms, person_id, house_id, type, tenant_id);
CREATE INDEX ix_house_members_created ON house_members (community_id, status, created_ms, person_id, house_id, type, tenant_id);
CREATE INDEX ix_house_members_person ON house_members (person_id, community_id, status, type, house_id, tenant_id);
CREATE INDEX ix_house_members_name ON house_members (community_id, status, person_name, person_id, house_id, type, tenant_id, person_phone);
CREATE INDEX ix_house_members_type ON house_members (community_id, status, type, person_id, house_id, tenant_id);
CREATE INDEX ix_imports_community ON imports (community_id, kind, created_ms);
CREATE INDEX ix_persons_name ON persons (tenant_id, name, phone, id);
CREATE INDEX ix_spaces_changed ON spaces (community_id, kind, changed_ms, space_id, tenant_id);
CREATE INDEX ix_user_group_members_size ON user_group_members (user_group_id, community_id, tenant_id);
CREATE INDEX ix_device_connections_plain ON device_connections (last_plain_ms);
CREATE INDEX ix_used_logins_used ON used_logins (used_ms);
CREATE INDEX ix_password_links_expires ON password_links (expires_ms);
CREATE UNIQUE INDEX uq_password_links_token ON password_links (token_hash);
CREATE INDEX ix_handed_files_begun_ms ON handed_files (begun_ms);
CREATE UNIQUE INDEX uq_accounts_login ON accounts (login);
CREATE UNIQUE INDEX uq_accounts_phone ON accounts (phone);
CREATE INDEX ix_openapi_usage_tenant ON openapi_usage (tenant_id, day);
CREATE INDEX ix_access_door_alarms_community ON access_door_alarms (community_id, id);
CREATE INDEX ix_access_door_alarms_door ON access_door_alarms (iot_id, kind, over_ms);
CREATE UNIQUE INDEX uq_resident_vehicles_plate ON resident_vehicles (community_id, plate) WHERE deleted_ms = 0;
CREATE INDEX ix_intercom_accounts_project ON intercom_accounts (tenant_id, project_id);
CREATE INDEX ix_intercom_bindings_expires ON intercom_bindings (expires_ms);
CREATE INDEX ix_intercom_groups_project ON intercom_groups (tenant_id, project_id);
CREATE INDEX ix_intercom_house_groups_group ON intercom_house_groups (group_id);
CREATE INDEX ix_intercom_members_number ON intercom_members (number);
CREATE INDEX ix_intercom_rooms_group ON intercom_rooms (group_id);
CREATE INDEX ix_intercom_calls_community ON intercom_calls (community_id, id);
CREATE INDEX ix_intercom_calls_door ON intercom_calls (iot_id, id);
CREATE INDEX ix_intercom_calls_open ON intercom_calls (state, process);
CREATE INDEX ix_intercom_calls_space ON intercom_calls (space_id, id);
CREATE INDEX ix_intercom_calls_tenant ON intercom_calls (tenant_id, id);
CREATE INDEX ix_intercom_owners_community ON intercom_owners (community_id);
CREATE INDEX ix_intercom_owners_identity ON intercom_owners (identity_id);
CREATE INDEX ix_intercom_owners_space ON intercom_owners (space_id);
CREATE INDEX ix_intercom_openings_call ON intercom_openings (call_id, id);
CREATE INDEX ix_intercom_openings_identity ON intercom_openings (identity_id);
CREATE INDEX ix_edge_passage_targets_identity ON edge_passage_targets (identity_id);
CREATE INDEX ix_elevator_lifts_community ON elevator_lifts (tenant_id, community_id);
CREATE UNIQUE INDEX uq_edge_passage_rules_pair ON edge_passage_rules (pair);
CREATE INDEX ix_intercom_homes_neighbour ON intercom_homes (neighbour_id);
CREATE INDEX ix_intercom_auto_opens_house ON intercom_auto_opens (space_id, id);
CREATE INDEX ix_intercom_auto_opens_identity ON intercom_auto_opens (identity_id);
CREATE INDEX ix_intercom_quiet_hours_identity ON intercom_quiet_hours (identity_id);
CREATE INDEX ix_intercom_terminal_codes_expires ON intercom_terminal_codes (expires_ms);
CREATE UNIQUE INDEX ix_intercom_terminals_device ON intercom_terminals (app_project, device_type, device_id);
CREATE INDEX ix_intercom_terminals_identity ON intercom_terminals (identity_id);
CREATE INDEX ix_intercom_terminals_space ON intercom_terminals (space_id);
CREATE INDEX ix_intercom_telephones_identity ON intercom_telephones (identity_id);
CREATE INDEX ix_edge_passage_targets_subject ON edge_passage_targets (subject);
CREATE INDEX ix_elevator_emergencies_community ON elevator_emergencies (tenant_id, community_id, started_ms);
CREATE INDEX ix_elevator_emergency_cars_lift ON elevator_emergency_cars (iot_id);
CREATE INDEX ix_intercom_screens_number ON intercom_screens (number);
CREATE INDEX ix_intercom_screens_renewed ON intercom_screens (renewed_ms);
CREATE INDEX ix_elevator_robot_rides_lift ON elevator_robot_rides (iot_id, ended_ms);
CREATE INDEX ix_elevator_robot_rides_live ON elevator_robot_rides (ended_ms, asked_ms);
CREATE INDEX ix_elevator_robot_rides_robot ON elevator_robot_rides (robot_id, session_id);
CREATE INDEX ix_elevator_robots_community ON elevator_robots (tenant_id, community_id);
CREATE INDEX ix_elevator_robots_key ON elevator_robots (key_hash);
CREATE INDEX ix_access_ways_ends ON access_ways (ends_ms);
CREATE INDEX ix_access_qr_permissions_way ON access_qr_permissions (way, live);
CREATE INDEX ix_intercom_messages_house ON intercom_messages (space_id, call_id);
CREATE INDEX ix_parking_tariffs_community ON parking_tariffs (tenant_id, community_id);
CREATE INDEX ix_edge_parking_lots_tenant ON edge_parking_lots (tenant_id, community_id);
CREATE INDEX ix_parking_gate_orders_lane ON parking_gate_orders (lane_id, id);
CREATE INDEX ix_parking_lane_devices_community ON parking_lane_devices (tenant_id, community_id);
CREATE UNIQUE INDEX ix_parking_lane_devices_device ON parking_lane_devices (iot_id);
CREATE INDEX ix_parking_passes_community ON parking_passes (community_id, id);
CREATE INDEX ix_parking_passes_plate ON parking_passes (community_id, plate, id);
CREATE INDEX ix_parking_rights_community ON parking_rights (community_id, kind, changed_ms);
CREATE INDEX ix_parking_rights_plate ON parking_rights (tenant_id, plate);
CREATE INDEX ix_security_adapters_community ON security_adapters (community_id);
CREATE INDEX ix_security_alarms_at ON security_alarms (at_ms);
CREATE INDEX ix_security_alarms_list ON security_alarms (community_id, at_ms);
CREATE INDEX ix_security_alarms_open ON security_alarms (community_id, state);
CREATE INDEX ix_security_cameras_node ON security_cameras (node_id);
CREATE INDEX ix_security_captures_at ON security_captures (at_ms);
CREATE INDEX ix_security_captures_list ON security_captures (community_id, at_ms);
CREATE INDEX ix_security_faces_device ON security_faces (iot_id);
CREATE INDEX ix_security_faces_library ON security_faces (library_id);
CREATE INDEX ix_security_libraries_community ON security_libraries (community_id);
CREATE INDEX ix_security_libraries_device ON security_libraries (iot_id);
CREATE INDEX ix_security_libraries_end ON security_libraries (expires_ms);
CREATE INDEX ix_security_plan_cameras_device ON security_plan_cameras (iot_id);
CREATE INDEX ix_security_plans_next ON security_plans (next_ms);
CREATE INDEX ix_security_rules_community ON security_rules (community_id);
CREATE INDEX ix_security_views_list ON security_views (community_id, at_ms);
CREATE INDEX ix_gb_channels_iot ON gb_channels (iot_id);
CREATE UNIQUE INDEX uq_gb_channels_channel ON gb_channels (device_id, channel);
CREATE INDEX ix_gb_devices_community ON gb_devices (community_id, device_id);
CREATE UNIQUE INDEX uq_gb_devices_gb_id ON gb_devices (gb_id);
CREATE INDEX ix_parking_payments_community ON parking_payments (community_id, paid_ms);
CREATE INDEX ix_parking_payments_stay ON parking_payments (stay_id);
CREATE INDEX ix_parking_stays_community ON parking_stays (community_id, state, stay_id);
CREATE INDEX ix_parking_stays_in ON parking_stays (community_id, in_ms);
CREATE INDEX ix_parking_stays_plate ON parking_stays (community_id, plate, stay_id);
CREATE INDEX ix_device_views_camera ON device_views (camera_iot_id);
CREATE INDEX ix_device_views_community ON device_views (tenant_id, community_id);
CREATE INDEX ix_edge_parking_cars_community ON edge_parking_cars (community_id, at_ms);
CREATE INDEX ix_edge_parking_cars_received ON edge_parking_cars (received_ms);
CREATE INDEX ix_edge_parking_orders_changed ON edge_parking_orders (changed_ms);
CREATE INDEX ix_edge_parking_orders_community ON edge_parking_orders (community_id, in_ms);
CREATE INDEX ix_parking_shifts_community ON parking_shifts (community_id, opened_ms);
CREATE UNIQUE INDEX uq_parking_shifts_open ON parking_shifts (community_id, taken_by, closed_ms);
CREATE INDEX ix_parking_payments_shift ON parking_payments (shift_id);
CREATE INDEX ix_cashier_orders_paid ON cashier_orders (tenant_id, paid_ms);
CREATE INDEX ix_cashier_refunds_at ON cashier_refunds (tenant_id, at_ms);
CREATE INDEX ix_parking_page_tries_since ON parking_page_tries (since_ms);
CREATE INDEX ix_payment_charges_community ON payment_charges (community_id, charge_id);
CREATE UNIQUE INDEX ix_payment_charges_payer ON payment_charges (tenant_id, subject, payer_key);
CREATE INDEX ix_payment_notices_charge ON payment_notices (charge_id);
CREATE INDEX ix_payment_refunds_charge ON payment_refunds (charge_id);
CREATE INDEX ix_parking_payments_charge ON parking_payments (charge_id);
CREATE INDEX ix_intercom_site_calls_call ON intercom_site_calls (call_id);
CREATE INDEX ix_intercom_site_phones_number ON intercom_site_phones (number);
CREATE INDEX ix_parking_exit_waits_stay ON parking_exit_waits (stay_id);
CREATE INDEX ix_parking_coupon_offers_merchant ON parking_coupon_offers (merchant_id);
CREATE INDEX ix_parking_coupons_merchant ON parking_coupons (merchant_id, coupon_id);
CREATE INDEX ix_parking_coupons_plate ON parking_coupons (community_id, plate, state);
CREATE INDEX ix_parking_coupons_stay ON parking_coupons (stay_id);
CREATE INDEX ix_parking_coupons_used ON parking_coupons (merchant_id, used_ms);
CREATE INDEX ix_parking_merchants_community ON parking_merchants (tenant_id, community_id);
CREATE UNIQUE INDEX uq_parking_merchants_code ON parking_merchants (code);
CREATE INDEX ix_intercom_doorbell_mutes_space ON intercom_doorbell_mutes (space_id);
CREATE INDEX ix_intercom_doorbells_community ON intercom_doorbells (community_id);
CREATE INDEX ix_intercom_duress_identity ON intercom_duress (identity_id);
CREATE INDEX ix_edge_lane_payments_charge ON edge_lane_payments (charge_id);
CREATE INDEX ix_edge_lane_payments_counted ON edge_lane_payments (counted_ms);
CREATE UNIQUE INDEX uq_parking_lane_codes_code ON parking_lane_codes (code);
CREATE INDEX ix_parking_tickets_created ON parking_tickets (created_ms);
CREATE UNIQUE INDEX uq_parking_tickets_token ON parking_tickets (token_hash);
CREATE INDEX ix_parking_lane_claims_community ON parking_lane_claims (community_id);
CREATE INDEX ix_parking_readings_lane ON parking_readings (lane_id, made_ms);
CREATE INDEX ix_parking_readings_made ON parking_readings (made_ms);
CREATE INDEX ix_recording_gaps_camera ON recording_gaps (iot_id, begin_ms);
CREATE INDEX ix_recording_gaps_end ON recording_gaps (end_ms);
CREATE INDEX ix_recording_plans_community ON recording_plans (tenant_id, community_id);
CREATE INDEX ix_recording_segments_camera ON recording_segments (iot_id, begin_ms);
CREATE INDEX ix_recording_segments_oldest ON recording_segments (locked, state, begin_ms);
CREATE INDEX ix_recording_views_at ON recording_views (at_ms);
CREATE INDEX ix_recording_views_camera ON recording_views (iot_id, at_ms);
CREATE INDEX ix_parking_coupons_waiting ON parking_coupons (community_id, state, stay_id);
CREATE INDEX ix_intercom_call_notes_call ON intercom_call_notes (call_id);
CREATE INDEX ix_recording_views_account ON recording_views (account_id);
CREATE INDEX ix_recording_views_community ON recording_views (community_id, at_ms);
CREATE INDEX ix_intercom_looks_community ON intercom_looks (community_id, id);
CREATE INDEX ix_intercom_looks_door ON intercom_looks (iot_id, id);
CREATE INDEX ix_intercom_looks_open ON intercom_looks (ended_ms, process);
CREATE INDEX ix_camera_findings_community ON camera_findings (tenant_id, community_id);
CREATE INDEX ix_camera_health_community ON camera_health (tenant_id, community_id);
CREATE INDEX ix_gb_upper_cameras_iot ON gb_upper_cameras (iot_id);
CREATE UNIQUE INDEX uq_gb_upper_cameras_code ON gb_upper_cameras (upper_id, code);
CREATE INDEX ix_gb_uppers_community ON gb_uppers (community_id, upper_id);
CREATE UNIQUE INDEX uq_gb_uppers_place ON gb_uppers (host, port, gb_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('changes',1);
INSERT INTO "sqlite_sequence" VALUES('communities',1);
INSERT INTO "sqlite_sequence" VALUES('config_push_devices',1);
INSERT INTO "sqlite_sequence" VALUES('config_pushes',1);
INSERT INTO "sqlite_sequence" VALUES('deliveries',1);
INSERT INTO "sqlite_sequence" VALUES('delivery_attempts',1);
INSERT INTO "sqlite_sequence" VALUES('delivery_desired',1);
INSERT INTO "sqlite_sequence" VALUES('delivery_desired_history',1);
INSERT INTO "sqlite_sequence" VALUES('delivery_grant_history',1);
INSERT INTO "sqlite_sequence" VALUES('delivery_grants',1);
INSERT INTO "sqlite_sequence" VALUES('delivery_holds',1);
INSERT INTO "sqlite_sequence" VALUES('device_batches',1);
INSERT INTO "sqlite_sequence" VALUES('device_certificates',1);
INSERT INTO "sqlite_sequence" VALUES('device_configs',1);
INSERT INTO "sqlite_sequence" VALUES('device_groups',1);
INSERT INTO "sqlite_sequence" VALUES('devices',1);
INSERT INTO "sqlite_sequence" VALUES('face_consents',1);
INSERT INTO "sqlite_sequence" VALUES('face_erasures',1);
INSERT INTO "sqlite_sequence" VALUES('face_images',1);
INSERT INTO "sqlite_sequence" VALUES('firmwares',1);
INSERT INTO "sqlite_sequence" VALUES('notices',1);
INSERT INTO "sqlite_sequence" VALUES('openapi_nonce_batches',1);
INSERT INTO "sqlite_sequence" VALUES('ota_campaigns',1);
INSERT INTO "sqlite_sequence" VALUES('ota_jobs',1);
INSERT INTO "sqlite_sequence" VALUES('outbox',1);
INSERT INTO "sqlite_sequence" VALUES('own_categories',1);
INSERT INTO "sqlite_sequence" VALUES('process_mail',1);
INSERT INTO "sqlite_sequence" VALUES('product_properties',1);
INSERT INTO "sqlite_sequence" VALUES('products',1);
INSERT INTO "sqlite_sequence" VALUES('record_changes',1);
INSERT INTO "sqlite_sequence" VALUES('recording_views',1);
INSERT INTO "sqlite_sequence" VALUES('security_alarms',1);
INSERT INTO "sqlite_sequence" VALUES('security_captures',1);
INSERT INTO "sqlite_sequence" VALUES('security_faces',1);
INSERT INTO "sqlite_sequence" VALUES('security_libraries',1);
INSERT INTO "sqlite_sequence" VALUES('security_plans',1);
INSERT INTO "sqlite_sequence" VALUES('security_views',1);
INSERT INTO "sqlite_sequence" VALUES('serial_categories',1);
INSERT INTO "sqlite_sequence" VALUES('service_models',1);
INSERT INTO "sqlite_sequence" VALUES('service_providers',1);
INSERT INTO "sqlite_sequence" VALUES('subscriptions',1);
INSERT INTO "sqlite_sequence" VALUES('things_audit',1);
COMMIT;
