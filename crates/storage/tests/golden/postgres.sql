-- What mailgrant 0.1 stored, with its tables as they were. It is never written anew.
CREATE SCHEMA golden;
CREATE TABLE golden.mailgrant_accounts (
    tenant text NOT NULL COLLATE pg_catalog."C",
    provider text NOT NULL COLLATE pg_catalog."C",
    account text NOT NULL COLLATE pg_catalog."C",
    version bigint NOT NULL,
    status text NOT NULL COLLATE pg_catalog."C",
    cause text,
    key_id text,
    sealed bytea,
    client_key text NOT NULL COLLATE pg_catalog."C",
    environment text NOT NULL COLLATE pg_catalog."C",
    expires_at bigint,
    due_at bigint,
    upkeep_at bigint,
    written_at bigint NOT NULL,
    rest_until bigint,
    attempt_id bytea,
    attempt_claimed_at bigint,
    attempt_lease_until bigint,
    attempt_replays bigint,
    attempt_replayed_at bigint,
    renewed_by bytea,
    ended bytea
)
WITH (fillfactor='80', autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='1000', autovacuum_analyze_scale_factor='0.02');
ALTER TABLE ONLY golden.mailgrant_accounts ALTER COLUMN sealed SET STORAGE EXTERNAL;
CREATE SEQUENCE golden.mailgrant_event_ids
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
CREATE TABLE golden.mailgrant_events (
    id bigint NOT NULL,
    at bigint NOT NULL,
    tenant text NOT NULL,
    provider text NOT NULL,
    account text NOT NULL,
    kind text NOT NULL,
    version bigint,
    attempt bytea,
    cause text
)
WITH (autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='10000', autovacuum_vacuum_insert_scale_factor='0.05');
CREATE TABLE golden.mailgrant_gates (
    gate text NOT NULL COLLATE pg_catalog."C",
    until bigint NOT NULL,
    cause text NOT NULL,
    probed boolean NOT NULL
)
WITH (fillfactor='80');
CREATE TABLE golden.mailgrant_logins (
    lookup bytea NOT NULL,
    tenant text NOT NULL,
    provider text NOT NULL,
    account text NOT NULL,
    key_id text,
    sealed bytea,
    expires_at bigint NOT NULL
)
WITH (fillfactor='80', autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='1000');
ALTER TABLE ONLY golden.mailgrant_logins ALTER COLUMN sealed SET STORAGE EXTERNAL;
CREATE TABLE golden.mailgrant_schema (
    version integer NOT NULL
);
INSERT INTO golden.mailgrant_accounts VALUES ('tenant', 'getresponse', 'refused', 1, 'refused', 'invalid_grant', 'golden', '\x42327d86387dee27ed7f46aac7d3f2376a9498f1f2592f5befdec0a509ab257ba26a4e6cc76dc358cb30231b8f235297fa5fb780e42116450e519dc49be3c11be1cbedc439378356a1056f46477071a374e6edc702d33309d7371019c131426d96795b20ea5df177b2aeb0863ff8f193874183627db6d74126ba7ee20e40903863d624e0e61e0c7fd6be95922bfe93f8f2362f0a2f3465fbd41839d1ad9bc8af5085bfd4bd36f795d1767e4e6902d514cab14fa300914d6e1e7dcfa0442c324728ac18122aa8c57d8728bf8a903ee06c603f63fff6e27d27c607cb5724e7a3068b2afae1f4d2852527bb57dc192bbea85a756c122ffc5769f8f7957e0062b692a7012aad21981956f487a4b087925b6939bbaf8c1f8ca39c32c24622b77fdd1651693d9b0db907b008fdc2106bcf71c515ac69c2bd04290b36cf767c03fa9be1dd0ebd1e2ee5e1e9985fee2fe0ecfe8b3dab9d87fdfd5f31787c2a704dcb7fc3a8eb364fbf19be25b9a60baf7645c8303201', 'getresponse/authorization_code/app', 'retail', 1795335308082513, 1795335308072513, 1795335308072513, 1795335308032513, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x04040404040404040404040404040404');
INSERT INTO golden.mailgrant_accounts VALUES ('tenant', 'getresponse', 'open', 1, 'active', NULL, 'golden', '\x339bde60d0d0e48dc9610a313f145cb8f13b22e762ce3a4c5d63d5efc74eb205b3b21bb734e4b487ab5ac52c1e5936e52c6e4d0daa8d981209446fe88aff0c70ae5673edaba9c7eb6e4b7d56bf1595b80f34e95fbe2097ecb2c3de6d412f0dd4f5cf4562d75de76382e419a3c52c4f628717188e156c815819532e9d264985f58a31771a745ca0841285708ff77db06e7043ee3a81dadeb18b238bd6ef75f98361dc085808916db948f50f1fb36e6c3adff9f61d8eb0f9586173d1e08730c8b9177a3d14a56a272a8e1cc1c441764715a97fa0486291c12536b20761fc12ff99d31ec11c84ea36af900b9a443e91f96442058ec060d76a185dbc71d569ae356fa0afed101bb451c9a179f6038baf1057de7ff5da76b434c368e24f5678b51c4aa400a5ad37ee2c04e894e604ff913e982f9233bc4f6016f453b10be3eaad3342c73128b8ec1cc08cfe0fed8f3472440e3be958267fbe958b1904d87aadb7e997e06782d2a1a360b7c4d9cd248e991b1878c6', 'getresponse/authorization_code/app', 'retail', 1795335308073940, 1795335308063940, 1795335308063940, 1795335308023940, NULL, '\x02020202020202020202020202020202', 1795335308060684, 1795335308160725, 0, NULL, NULL, NULL);
INSERT INTO golden.mailgrant_accounts VALUES ('tenant', 'getresponse', 'gone', 2, 'disconnected', NULL, 'golden', '\xbc58250e69bb00d9fce055a729e12ee770e67d65b89cc809c46ba49a8076f0fcbca3173c04ddc2c71574f17138b17430a824d84ce8d8893d2f3902e9358daef7a1d405351d8c29eff9f9b63d4dadaa21773e93010ba6c0f5ea6615641266d141e80780f67322df2a5123af31f457354c9ae8bb89b5b4b7418011d0b69b900772c42aae24d80092a6a9d336fed9f44541adc733ad922b9bd9ce6d7961792ce110a93324ca982821dcd3acbec92b2f78bd8bfb32fe7a75e00012d0af340b82c4d50f4dcc39307be741577c434644a960186743d1b585a0f70f4f28175cfc43f6d8123700ae8966c66d6161292fd1ed7ef184d0cc2fd5d7b629e438251147f2691147d69434b0448e72e6da39df341a1405cccbd05c4d3e1bb2e153f2ebd41d5ae82919fb4cc06e34a9dc1708888acac0edafcbc0f5ab6dabeeadcfb08550b33c1852888bb56ec0229e5bfda94ef68ea21a49d56e77967b1b4f1937d21cd25700c15bcbfc7e8bf7e2a10420ba2239385b3b244c', 'getresponse/authorization_code/app', 'retail', 1795335308087309, NULL, NULL, 1795335308079005, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO golden.mailgrant_accounts VALUES ('tenant', 'getresponse', 'renewed', 2, 'active', NULL, 'golden', '\xff7ab50f0df034ab06225a1b4e48a95a19a3552c8a805281ea8081b11ace9f25f4f55f373fbf4dee63d029ef9efab8a8a04751118282e1dc905e875f3157f3d3739f0d3cd7d95d815ff8c5c0c718f7d2be5bdd0682adcb60bd9bfeff38ca40a6f4c7c228154c2fd60c87e7bc67933fe0ea0b976cdcf37c7818aa8a2a5d59ba72535e7e85b996f0dfdde733d69cbeb1f227d28ad080a98701d158321b7945aeda743486d1ef05b3d237abcf4ce8f1331c9f56e43d3f704d38f2ef62c9ebf9e01d1b2ac928623b0c394d847ff126b999745317f26439fdf60dc946b7d688cc389747676e9a1e508085e9b417913ec85f1bb84a8736a4dfe2c772f866abacdc7d8f4351b0756ae0a5619f2c9e31eed2b636e33a7bacb6433e6a208b105835cad47fd5acfc675572b732f48066162a730bf0378847669070714e04d9ffc08bf09109c5b6d074983b02798f4d9e0a451fa507fd711a30769c54bfc7910643b7f7b9a1c83d0f45325277a03d41b3f500c8e2a74d2a', 'getresponse/authorization_code/app', 'retail', 1795335308120186, 1795335308110186, 1795335308110186, 1795335308070186, NULL, NULL, NULL, NULL, NULL, NULL, '\x01010101010101010101010101010101', NULL);
INSERT INTO golden.mailgrant_accounts VALUES ('tenant', 'getresponse', 'doubtful', 1, 'active', NULL, 'golden', '\x423d6dd72bc8a40c2b99072195bdf8cad1d564466a9ef28a1b21a4de31fcc420c5cb5fcef33f5e5df09ef6daf5cf4de71c268eba50f5f066a6417f5073ea6b7c0a55d8360684d6a2dfbc8163d997062ba28bc92b70748c33bfab79777adee172d9cd17c04770bbabb1479bef1df930ab48612197919e4deae5c2527169c4614759945969c0258d4e3059711c2abbea581ad1045e956d3f02ad64ba3f4e28f3da70a325a65e50c1c3fa5bcee61566447724d36e3365a2e2a72a76380a4ebfd595f7796e83e7980ed7e9700080434ab5db750810deed4587e432aaccb9d24668176b0fac4a92fcbc3f74e6facb55efcdce31ef3ea6fe528c23436a502aef1d662059c98b233cfe4e4ca7f47eef80d5dfd3f95ab10253f090c7943e700f6c2e44c963816822d873822839f68e5e01a47eec071d62aea04127f74c60553d229c3e9cf7d10550ad9e6ee94171ecd62d036eb7341b76c8dd55c9480291a0b8e9e91016483b8d66fac79686242d8bc1de34c4b635f1', 'getresponse/authorization_code/app', 'retail', 1795335308078743, 1795335308068743, 1795335308068743, 1795335308028743, 1795335308081021, '\x03030303030303030303030303030303', 1795335308068877, NULL, 0, NULL, NULL, NULL);
INSERT INTO golden.mailgrant_accounts VALUES ('tenant', 'getresponse', 'erased', 2, 'disconnected', NULL, NULL, NULL, 'getresponse/authorization_code/app', 'retail', 1795335308087976, NULL, NULL, 1795335308082885, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO golden.mailgrant_accounts VALUES ('tenant', 'getresponse', 'note', 1, 'active', NULL, 'golden', '\x797ecc30a7bd8aec03800391350b2598acf7dbf02c05277d9a3f62c8756cc684f69f0d0dc83d3d', 'note', 'note', NULL, NULL, NULL, 1795335308088851, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO golden.mailgrant_events VALUES (1, 1795335308017462, 'tenant', 'getresponse', 'renewed', 'connected', 1, NULL, NULL);
INSERT INTO golden.mailgrant_events VALUES (2, 1795335308028135, 'tenant', 'getresponse', 'open', 'connected', 1, NULL, NULL);
INSERT INTO golden.mailgrant_events VALUES (3, 1795335308031991, 'tenant', 'getresponse', 'doubtful', 'connected', 1, NULL, NULL);
INSERT INTO golden.mailgrant_events VALUES (4, 1795335308036088, 'tenant', 'getresponse', 'refused', 'connected', 1, NULL, NULL);
INSERT INTO golden.mailgrant_events VALUES (5, 1795335308037548, 'tenant', 'getresponse', 'gone', 'connected', 1, NULL, NULL);
INSERT INTO golden.mailgrant_events VALUES (6, 1795335308039930, 'tenant', 'getresponse', 'erased', 'connected', 1, NULL, NULL);
INSERT INTO golden.mailgrant_events VALUES (7, 1795335308041003, 'tenant', 'getresponse', 'renewed', 'claimed', 1, '\x01010101010101010101010101010101', NULL);
INSERT INTO golden.mailgrant_events VALUES (8, 1795335308060815, 'tenant', 'getresponse', 'open', 'claimed', 1, '\x02020202020202020202020202020202', NULL);
INSERT INTO golden.mailgrant_events VALUES (9, 1795335308068941, 'tenant', 'getresponse', 'doubtful', 'claimed', 1, '\x03030303030303030303030303030303', NULL);
INSERT INTO golden.mailgrant_events VALUES (10, 1795335308069575, 'tenant', 'getresponse', 'refused', 'claimed', 1, '\x04040404040404040404040404040404', NULL);
INSERT INTO golden.mailgrant_events VALUES (11, 1795335308070736, 'tenant', 'getresponse', 'renewed', 'renewed', 2, '\x01010101010101010101010101010101', NULL);
INSERT INTO golden.mailgrant_events VALUES (12, 1795335308074040, 'tenant', 'getresponse', 'doubtful', 'uncertain', 1, '\x03030303030303030303030303030303', NULL);
INSERT INTO golden.mailgrant_events VALUES (13, 1795335308074801, 'tenant', 'getresponse', 'refused', 'refused', 1, '\x04040404040404040404040404040404', 'invalid_grant');
INSERT INTO golden.mailgrant_events VALUES (14, 1795335308082386, 'tenant', 'getresponse', 'gone', 'disconnected', 2, NULL, NULL);
INSERT INTO golden.mailgrant_events VALUES (15, 1795335308083207, 'tenant', 'getresponse', 'erased', 'disconnected', 2, NULL, NULL);
INSERT INTO golden.mailgrant_events VALUES (16, 1795335308089108, 'tenant', 'getresponse', 'note', 'connected', 1, NULL, NULL);
INSERT INTO golden.mailgrant_events VALUES (17, 1795335308091251, 'tenant', 'getresponse', 'login', 'login_begun', NULL, NULL, NULL);
INSERT INTO golden.mailgrant_events VALUES (18, 1795335308100690, 'tenant', 'getresponse', 'renewed', 'gate_closed', NULL, NULL, 'throttled');
INSERT INTO golden.mailgrant_gates VALUES ('getresponse retail', 4948935308095703, 'throttled', false);
INSERT INTO golden.mailgrant_logins VALUES ('\x14baec59c2e85c60a5524f54d894f45beae4216e9f773f3c75567f5fff131e65', 'tenant', 'getresponse', 'login', 'golden', '\x9c42efcd1ddce6f91b61a6fb5c373fa3eef7b3e947f455cfbacb417be0f07e20e707983486b770e8eca42b6f55bda000fcc04a0b2fc550c1427361d38fe9a458097bd41763d5e68b8848590c9613130fcc07b243d6e0dc033e678d8be50b72ab26e9a57baee3dc4d5c6f19e4c71657ec8b0d0e432d715d878101e1aac19d7c99603ef90400787cb108c6c632c0b9df52f8589b62241d0f24ec6cf8e15a9c6015462be9952ff27aa1ee1699d4b9f88d9878daddb8239e18370bb567e8a6fdc2f8ab3fe577b8068ea6704691a5fb4b53db2b6bbe2bd76e29beb012ac3e8f8004a13ddf8f58217f23894b2f98e0ee9987878134eeb87beee30e1d4e492c969c4a13d1b1240a81f46c2a36cd05a5a87bacd46ebcb01af5eb8318d8391b41551960cbdadb52877b747cde3ec871b79d33', 4948935308090671);
INSERT INTO golden.mailgrant_schema VALUES (1);
SELECT pg_catalog.setval('golden.mailgrant_event_ids', 18, true);
ALTER TABLE ONLY golden.mailgrant_accounts
    ADD CONSTRAINT mailgrant_accounts_pkey PRIMARY KEY (tenant, provider, account);
ALTER TABLE ONLY golden.mailgrant_events
    ADD CONSTRAINT mailgrant_events_pkey PRIMARY KEY (id);
ALTER TABLE ONLY golden.mailgrant_gates
    ADD CONSTRAINT mailgrant_gates_pkey PRIMARY KEY (gate);
ALTER TABLE ONLY golden.mailgrant_logins
    ADD CONSTRAINT mailgrant_logins_pkey PRIMARY KEY (lookup);
CREATE INDEX mailgrant_accounts_due ON golden.mailgrant_accounts USING btree (client_key, environment, upkeep_at) WHERE ((status = 'active'::text) AND (upkeep_at IS NOT NULL));
CREATE INDEX mailgrant_logins_expires_at ON golden.mailgrant_logins USING btree (expires_at);
